# Mails. Each `courriel-{type}` has its subject in `courriel-{type}-sujet`.
courriel-lien_paiement-sujet = Payment link: { $titre }
courriel-lien_paiement =
    Hello,

    Here is the link to pay for “{ $titre }” ({ $montant }):

    { $lien }

    It stays valid until it is paid. If you have any question, reply to this e-mail.

    { $nom }
courriel-rappel-sujet = Reminder: { $titre }
courriel-rappel =
    Hello,

    Unless we are mistaken, “{ $titre }” ({ $montant }) is still to be paid. Here is the payment link:

    { $lien }

    If you have just paid, please disregard this message. If you have any question, reply to this e-mail.

    { $nom }
courriel-rappel-echeance-sujet = Reminder: { $titre }
courriel-rappel-echeance =
    Hello,

    Unless we are mistaken, “{ $titre }” ({ $montant }, due on { $echeance }) is still to be paid. Here is the payment link:

    { $lien }

    If you have just paid, please disregard this message. If you have any question, reply to this e-mail.

    { $nom }
courriel-paiement_recu-sujet = Payment received: { $montant }, { $client }
courriel-paiement_recu =
    { $client } has paid { $montant } for “{ $titre }”.

    { $lien }
courriel-paiement_echoue-sujet = Payment failed: { $montant }, { $client }
courriel-paiement_echoue =
    The payment of { $client } for “{ $titre }” ({ $montant }) did not come through. Nothing was collected. The payment link stays valid.

    { $lien }
courriel-paiement_enquete-sujet = The bank asks: { $montant }, { $client }
courriel-paiement_enquete =
    { $client }’s bank asks about the payment of “{ $titre }” ({ $montant }). No money is taken. Answer in Stripe before the date that it names, or refund: without an answer the inquiry may become a dispute.

    { $lien }
courriel-paiement_conteste-sujet = Payment disputed: { $montant }, { $client }
courriel-paiement_conteste =
    The payment of { $client } for “{ $titre }” is disputed ({ $montant }). Answer in Stripe before the date given there.

    { $lien }
courriel-paiement_non_conforme-sujet = Payment to check: { $montant }, { $client }
courriel-paiement_non_conforme =
    { $montant } came in for “{ $titre }” ({ $client }), but does not match what was asked for. Check in Stripe.

    { $lien }
courriel-ticket_cree-sujet = New ticket from { $client }: { $titre }
courriel-ticket_cree =
    { $client } has opened a ticket, “{ $titre }”:

    { $texte }

    Reply: { $lien }
courriel-ticket_cree-client-sujet = { $titre }
courriel-ticket_cree-client =
    Hello,

    { $nom } has written to you about “{ $titre }”:

    { $texte }

    Reply to this e-mail, or on your page. { $lien }
courriel-ticket_cree-client-email-sujet = { $titre }
courriel-ticket_cree-client-email =
    Hello,

    { $nom } has written to you about “{ $titre }”:

    { $texte }

    Reply to this e-mail.
courriel-ticket_reponse-sujet = Reply from { $client }: { $titre }
courriel-ticket_reponse =
    { $client } has replied to “{ $titre }”:

    { $texte }

    Reply: { $lien }
courriel-ticket_reponse-client-sujet = Reply: { $titre }
courriel-ticket_reponse-client =
    Hello,

    { $nom } has replied to “{ $titre }”:

    { $texte }

    Reply to this e-mail, or on your page. { $lien }
courriel-ticket_reponse-client-email-sujet = Reply: { $titre }
courriel-ticket_reponse-client-email =
    Hello,

    { $nom } has replied to “{ $titre }”:

    { $texte }

    Reply to this e-mail.
courriel-mot_de_passe-sujet = New password
courriel-mot_de_passe =
    Somebody asked for a new password for your Guichet account. This link sets it; it works once, within an hour:

    { $lien }

    If it was not you, there is nothing to do: your password stays the same.
