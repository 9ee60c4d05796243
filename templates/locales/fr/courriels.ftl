# Mails. Each `courriel-{type}` has its subject in `courriel-{type}-sujet`.
courriel-lien_paiement-sujet = Lien de paiement : { $titre }
courriel-lien_paiement =
    Bonjour,

    Voici le lien pour régler « { $titre } » ({ $montant }) :

    { $lien }

    Il reste valable jusqu’au paiement. Pour toute question, répondez à cet e-mail.

    { $nom }
courriel-rappel-sujet = Rappel : { $titre }
courriel-rappel =
    Bonjour,

    Sauf erreur, « { $titre } » ({ $montant }) reste à régler. Voici le lien de paiement :

    { $lien }

    Si vous venez de payer, ne tenez pas compte de ce message. Pour toute question, répondez à cet e-mail.

    { $nom }
courriel-rappel-echeance-sujet = Rappel : { $titre }
courriel-rappel-echeance =
    Bonjour,

    Sauf erreur, « { $titre } » ({ $montant }, échéance au { $echeance }) reste à régler. Voici le lien de paiement :

    { $lien }

    Si vous venez de payer, ne tenez pas compte de ce message. Pour toute question, répondez à cet e-mail.

    { $nom }
courriel-paiement_recu-sujet = Paiement reçu : { $montant }, { $client }
courriel-paiement_recu =
    { $client } a payé { $montant } pour « { $titre } ».

    { $lien }
courriel-paiement_echoue-sujet = Paiement refusé : { $montant }, { $client }
courriel-paiement_echoue =
    Le paiement de { $client } pour « { $titre } » ({ $montant }) n’a pas abouti. Rien n’a été encaissé. Le lien de paiement reste valable.

    { $lien }
courriel-paiement_enquete-sujet = Question de la banque : { $montant }, { $client }
courriel-paiement_enquete =
    La banque de { $client } s’interroge sur le paiement de « { $titre } » ({ $montant }). L’argent n’est pas repris. Répondez dans Stripe avant la date qui y est indiquée, ou remboursez : sans réponse, la question peut devenir une contestation.

    { $lien }
courriel-paiement_conteste-sujet = Paiement contesté : { $montant }, { $client }
courriel-paiement_conteste =
    Le paiement de { $client } pour « { $titre } » est contesté ({ $montant }). Répondez dans Stripe avant la date qui y est indiquée.

    { $lien }
courriel-paiement_non_conforme-sujet = Paiement à vérifier : { $montant }, { $client }
courriel-paiement_non_conforme =
    { $montant } sont arrivés pour « { $titre } » ({ $client }), mais ne correspondent pas à ce qui était demandé. Vérifiez dans Stripe.

    { $lien }
courriel-ticket_cree-sujet = Nouveau ticket de { $client } : { $titre }
courriel-ticket_cree =
    { $client } a ouvert un ticket, « { $titre } » :

    { $texte }

    Répondre : { $lien }
courriel-ticket_cree-client-sujet = { $titre }
courriel-ticket_cree-client =
    Bonjour,

    { $nom } vous a écrit au sujet de « { $titre } » :

    { $texte }

    Répondez à cet e-mail, ou sur votre page. { $lien }
courriel-ticket_cree-client-email-sujet = { $titre }
courriel-ticket_cree-client-email =
    Bonjour,

    { $nom } vous a écrit au sujet de « { $titre } » :

    { $texte }

    Répondez à cet e-mail.
courriel-ticket_reponse-sujet = Réponse de { $client } : { $titre }
courriel-ticket_reponse =
    { $client } a répondu à « { $titre } » :

    { $texte }

    Répondre : { $lien }
courriel-ticket_reponse-client-sujet = Réponse : { $titre }
courriel-ticket_reponse-client =
    Bonjour,

    { $nom } a répondu à « { $titre } » :

    { $texte }

    Répondez à cet e-mail, ou sur votre page. { $lien }
courriel-ticket_reponse-client-email-sujet = Réponse : { $titre }
courriel-ticket_reponse-client-email =
    Bonjour,

    { $nom } a répondu à « { $titre } » :

    { $texte }

    Répondez à cet e-mail.
courriel-mot_de_passe-sujet = Nouveau mot de passe
courriel-mot_de_passe =
    Quelqu’un a demandé un nouveau mot de passe pour votre compte Guichet. Ce lien le crée ; il vaut une heure et ne sert qu’une fois :

    { $lien }

    Si ce n’était pas vous, il n’y a rien à faire : votre mot de passe reste le même.
