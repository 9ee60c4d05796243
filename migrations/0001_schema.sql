-- The tables of the vocabulary. Singular names, UUIDv7 keys minted by the worker, statuses as text with
-- a CHECK (adding a word is a one-line migration), times as timestamptz.
--
-- `utilisateur_id` stands on everything that belongs to a freelancer, held to its client's by a composite
-- foreign key: reads are scoped to their owner by one indexed column and cannot disagree with the parent.

CREATE TABLE utilisateur (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    nom text NOT NULL,
    mot_de_passe_hash text NOT NULL,
    langue text NOT NULL DEFAULT 'fr' CONSTRAINT utilisateur_langue CHECK (langue IN ('fr', 'en')),
    fuseau text NOT NULL DEFAULT 'Europe/Paris',
    -- The link that sets a forgotten password anew, kept as a portal's token is, until it is used or too old.
    oubli_hash bytea CONSTRAINT utilisateur_oubli_unique UNIQUE,
    oubli_scelle bytea,
    oubli_expiration timestamptz,
    logo_url text,
    date_creation timestamptz NOT NULL
);
-- People type their address in any case.
CREATE UNIQUE INDEX utilisateur_email_unique ON utilisateur (lower(email));

CREATE TABLE client (
    id uuid PRIMARY KEY,
    utilisateur_id uuid NOT NULL CONSTRAINT client_utilisateur REFERENCES utilisateur (id),
    nom text NOT NULL,
    type text NOT NULL CONSTRAINT client_type CHECK (type IN ('entreprise', 'particulier')),
    email text,
    langue text NOT NULL CONSTRAINT client_langue CHECK (langue IN ('fr', 'en')),
    -- The portal's token is never stored: its hash finds the client, the sealed copy shows the link again.
    token_portail_hash bytea,
    token_portail_scelle bytea,
    date_portail timestamptz,
    date_creation timestamptz NOT NULL,
    date_modification timestamptz NOT NULL,
    CONSTRAINT client_token_portail_unique UNIQUE (token_portail_hash),
    CONSTRAINT client_token_portail_complet CHECK ((token_portail_hash IS NULL) = (token_portail_scelle IS NULL)),
    -- What the composite foreign keys of deals, tickets and timeline point at.
    CONSTRAINT client_proprietaire UNIQUE (id, utilisateur_id)
);
CREATE INDEX client_par_utilisateur ON client (utilisateur_id, id DESC);

CREATE TABLE opportunite (
    id uuid PRIMARY KEY,
    utilisateur_id uuid NOT NULL,
    client_id uuid NOT NULL,
    titre text NOT NULL,
    montant_estime numeric(14, 3) CONSTRAINT opportunite_montant_positif CHECK (montant_estime > 0),
    devise text NOT NULL CONSTRAINT opportunite_devise CHECK (devise ~ '^[A-Z]{3}$'),
    echeance date,
    etape_pipeline text NOT NULL CONSTRAINT opportunite_etape
        CHECK (etape_pipeline IN ('prospect', 'qualifie', 'proposition', 'gagne', 'perdu')),
    date_etape timestamptz NOT NULL,
    -- Derived from `paiement` by the worker, in the transaction that adds to the ledger.
    statut_paiement text NOT NULL DEFAULT 'en_attente' CONSTRAINT opportunite_statut_paiement
        CHECK (statut_paiement IN
               ('en_attente', 'en_cours', 'paye', 'echoue', 'rembourse_partiel', 'rembourse', 'conteste')),
    -- The open session's, as the seed's columns; null while there is none.
    url_paiement text,
    stripe_session_id text,
    -- The durable link /payer/{token}, kept as the portal's token is.
    token_paiement_hash bytea NOT NULL CONSTRAINT opportunite_token_paiement_unique UNIQUE,
    token_paiement_scelle bytea NOT NULL,
    -- When the freelancer asked for the payment link that stands; null while there is none.
    date_lien timestamptz,
    -- When the client last went on to Stripe from it: a person did, not a mail scanner.
    date_ouverture timestamptz,
    -- When the freelancer cancelled it: closed for the client too, until it is generated again.
    date_lien_annule timestamptz,
    date_creation timestamptz NOT NULL,
    date_modification timestamptz NOT NULL,
    CONSTRAINT opportunite_client FOREIGN KEY (client_id, utilisateur_id)
        REFERENCES client (id, utilisateur_id) ON DELETE CASCADE,
    CONSTRAINT opportunite_proprietaire UNIQUE (id, utilisateur_id)
);
CREATE INDEX opportunite_par_utilisateur ON opportunite (utilisateur_id, id DESC);
CREATE INDEX opportunite_par_etape ON opportunite (utilisateur_id, etape_pipeline, id DESC);
CREATE INDEX opportunite_par_client ON opportunite (client_id, id DESC);

CREATE TABLE session_paiement (
    id uuid PRIMARY KEY,
    opportunite_id uuid NOT NULL CONSTRAINT session_paiement_opportunite
        REFERENCES opportunite (id) ON DELETE CASCADE,
    statut text NOT NULL CONSTRAINT session_paiement_statut
        CHECK (statut IN ('preparee', 'ouverte', 'payee', 'expiree', 'annulee', 'abandonnee')),
    -- Frozen before the first call, so that every retry is the same request under the same key.
    cle_idempotence text NOT NULL CONSTRAINT session_paiement_cle_unique UNIQUE,
    parametres jsonb NOT NULL,
    -- What the client is to pay, in Stripe's minor units: what `paiement` rows are held against.
    montant_minor bigint NOT NULL CONSTRAINT session_paiement_montant_positif CHECK (montant_minor > 0),
    devise text NOT NULL,
    -- Stripe's answer; null while `preparee` (or when Stripe never answered).
    stripe_session_id text CONSTRAINT session_paiement_stripe_unique UNIQUE,
    livemode boolean,
    url text,
    date_expiration timestamptz NOT NULL,
    -- When Stripe was last asked for it by the worker's timer.
    date_verification timestamptz,
    date_creation timestamptz NOT NULL,
    date_modification timestamptz NOT NULL
);
-- At most one attempt that may still be paid: two live sessions could both be paid.
CREATE UNIQUE INDEX session_paiement_une_ouverte ON session_paiement (opportunite_id)
    WHERE statut IN ('preparee', 'ouverte');
-- Of what Stripe may still have news.
CREATE INDEX session_paiement_inachevee ON session_paiement (coalesce(date_verification, date_creation))
    WHERE statut IN ('preparee', 'ouverte', 'payee');
CREATE INDEX session_paiement_par_opportunite ON session_paiement (opportunite_id, id DESC);

CREATE TABLE evenement_stripe (
    -- The job's id, derived from Stripe's: a redelivery is the same row.
    id uuid PRIMARY KEY,
    stripe_event_id text NOT NULL CONSTRAINT evenement_stripe_unique UNIQUE,
    type text,
    livemode boolean,
    api_version text,
    -- The body as it came, once, whatever it parses to.
    corps text NOT NULL,
    -- Who told of it first: Stripe's webhook, or our own look at Stripe's list.
    source text NOT NULL CONSTRAINT evenement_stripe_source CHECK (source IN ('webhook', 'reconciliation')),
    -- The payment that a refund or a dispute is about: it may be told of before the payment itself.
    stripe_payment_intent text,
    opportunite_id uuid CONSTRAINT evenement_stripe_opportunite REFERENCES opportunite (id) ON DELETE SET NULL,
    -- When it happened, by Stripe's clock; when the edge or our own look at Stripe took it; when it was applied.
    date_evenement timestamptz,
    date_reception timestamptz NOT NULL,
    date_traitement timestamptz NOT NULL
);
CREATE INDEX evenement_stripe_par_opportunite ON evenement_stripe (opportunite_id, id DESC);
CREATE INDEX evenement_stripe_en_avance ON evenement_stripe (stripe_payment_intent) WHERE opportunite_id IS NULL;

CREATE TABLE paiement (
    id uuid PRIMARY KEY,
    -- The ledger outlives what it is about: RESTRICT, never CASCADE.
    opportunite_id uuid NOT NULL CONSTRAINT paiement_opportunite REFERENCES opportunite (id) ON DELETE RESTRICT,
    session_paiement_id uuid CONSTRAINT paiement_session REFERENCES session_paiement (id) ON DELETE RESTRICT,
    type text NOT NULL CONSTRAINT paiement_type CHECK (type IN
        ('recu', 'en_cours', 'echoue', 'rembourse', 'rembourse_echoue', 'conteste', 'conteste_gagne',
         'conteste_perdu', 'encaisse', 'encaisse_annule')),
    -- Whose fact it is: Stripe's id of the object that the row tells of; for money that came another way an
    -- id of ours (`guichet_…`), the same on the row against it.
    stripe_id text NOT NULL,
    -- How money came of which Stripe knows nothing.
    moyen text CONSTRAINT paiement_moyen CHECK (moyen IN ('virement', 'especes', 'autre')),
    montant_minor bigint NOT NULL CONSTRAINT paiement_montant_positif CHECK (montant_minor >= 0),
    devise text NOT NULL,
    livemode boolean NOT NULL,
    -- Session, amount, currency and livemode match what was asked. What does not match is kept and shown,
    -- and never makes a deal `paye`.
    conforme boolean NOT NULL,
    stripe_payment_intent text,
    date_paiement timestamptz NOT NULL,
    date_creation timestamptz NOT NULL,
    -- What the row does to the money that is kept: all sums of money are sums of this.
    mouvement_minor bigint NOT NULL GENERATED ALWAYS AS (
        CASE WHEN type IN ('recu', 'encaisse', 'rembourse_echoue') THEN montant_minor
             WHEN type IN ('rembourse', 'encaisse_annule') THEN -montant_minor
             ELSE 0 END) STORED,
    -- One fact stands once, however many events tell it.
    CONSTRAINT paiement_unique UNIQUE (type, stripe_id),
    CONSTRAINT paiement_moyen_dit CHECK ((type IN ('encaisse', 'encaisse_annule')) = (moyen IS NOT NULL))
);
CREATE INDEX paiement_par_opportunite ON paiement (opportunite_id, id);
CREATE INDEX paiement_par_intent ON paiement (stripe_payment_intent);
CREATE INDEX paiement_par_session ON paiement (session_paiement_id);

-- Receipts. A number is given in the transaction that adds the payment to the ledger, under the freelancer's
-- lock: one after the other, none left out, none given twice. What the receipt says of people is frozen.
CREATE TABLE recu (
    paiement_id uuid PRIMARY KEY CONSTRAINT recu_paiement REFERENCES paiement (id) ON DELETE RESTRICT,
    utilisateur_id uuid NOT NULL CONSTRAINT recu_utilisateur REFERENCES utilisateur (id),
    -- Test payments are counted apart: they use up no number.
    livemode boolean NOT NULL,
    numero integer NOT NULL CONSTRAINT recu_numero_positif CHECK (numero > 0),
    freelance_nom text NOT NULL,
    client_nom text NOT NULL,
    titre text NOT NULL,
    date_creation timestamptz NOT NULL,
    CONSTRAINT recu_numero_unique UNIQUE (utilisateur_id, livemode, numero)
);

CREATE TABLE remboursement (
    -- Of a refund that was asked for here, the job's id: the same wish is the same refund.
    id uuid PRIMARY KEY,
    opportunite_id uuid NOT NULL CONSTRAINT remboursement_opportunite
        REFERENCES opportunite (id) ON DELETE RESTRICT,
    paiement_id uuid NOT NULL CONSTRAINT remboursement_paiement REFERENCES paiement (id) ON DELETE RESTRICT,
    statut text NOT NULL CONSTRAINT remboursement_statut
        CHECK (statut IN ('prepare', 'en_cours', 'fait', 'echoue')),
    -- Frozen before the first call with the payment and the amount, so that every retry is the same request;
    -- null for a refund that was made at Stripe.
    cle_idempotence text CONSTRAINT remboursement_cle_unique UNIQUE,
    stripe_payment_intent text NOT NULL,
    montant_minor bigint NOT NULL CONSTRAINT remboursement_montant_positif CHECK (montant_minor >= 0),
    devise text NOT NULL,
    -- Stripe said that it failed, which says nothing of the money: the refund is looked for, not asked for again.
    incertain boolean NOT NULL DEFAULT false,
    stripe_refund_id text CONSTRAINT remboursement_stripe_unique UNIQUE,
    -- Stripe's word for why it did not come through.
    motif text,
    date_creation timestamptz NOT NULL,
    date_modification timestamptz NOT NULL
);
CREATE INDEX remboursement_par_opportunite ON remboursement (opportunite_id, id DESC);
CREATE INDEX remboursement_par_paiement ON remboursement (paiement_id);

CREATE TABLE ticket (
    id uuid PRIMARY KEY,
    utilisateur_id uuid NOT NULL,
    client_id uuid NOT NULL,
    sujet text NOT NULL,
    type_ticket text NOT NULL CONSTRAINT ticket_type CHECK (type_ticket IN ('question', 'bug', 'demande')),
    statut_ticket text NOT NULL CONSTRAINT ticket_statut CHECK (statut_ticket IN ('nouveau', 'en_cours', 'resolu')),
    -- Who wrote last: whose turn it is.
    dernier_auteur text NOT NULL CONSTRAINT ticket_dernier_auteur CHECK (dernier_auteur IN ('client', 'utilisateur')),
    date_creation timestamptz NOT NULL,
    date_modification timestamptz NOT NULL,
    CONSTRAINT ticket_client FOREIGN KEY (client_id, utilisateur_id)
        REFERENCES client (id, utilisateur_id) ON DELETE CASCADE
);
CREATE INDEX ticket_par_utilisateur ON ticket (utilisateur_id, id DESC);
CREATE INDEX ticket_par_client ON ticket (client_id, id DESC);
CREATE INDEX ticket_par_statut ON ticket (utilisateur_id, statut_ticket, id DESC);
CREATE INDEX ticket_ouvert ON ticket (utilisateur_id, date_modification DESC) WHERE statut_ticket <> 'resolu';

CREATE TABLE message_ticket (
    id uuid PRIMARY KEY,
    ticket_id uuid NOT NULL CONSTRAINT message_ticket_ticket REFERENCES ticket (id) ON DELETE CASCADE,
    auteur text NOT NULL CONSTRAINT message_ticket_auteur CHECK (auteur IN ('client', 'utilisateur')),
    corps text NOT NULL,
    date_creation timestamptz NOT NULL
);
CREATE INDEX message_ticket_par_ticket ON message_ticket (ticket_id, id);

CREATE TABLE evenement_timeline (
    id uuid PRIMARY KEY,
    utilisateur_id uuid NOT NULL,
    client_id uuid NOT NULL,
    type_evenement text NOT NULL,
    -- The deal or ticket it is about, where there is one.
    reference_id uuid,
    -- The text that people wrote (a note, a mail's body, a ticket's subject); the sentence around it is
    -- made when it is read, in the reader's language.
    description_texte text NOT NULL,
    -- What the sentence needs: a mail's `expediteur` and `sujet`, an amount in `montant` and `devise`,
    -- stages in `de` and `vers`, a title in `titre`.
    meta_json jsonb NOT NULL DEFAULT '{}',
    date_evenement timestamptz NOT NULL,
    -- The freelancer who did it; null when the client, Stripe or the product did.
    auteur_id uuid CONSTRAINT evenement_timeline_auteur REFERENCES utilisateur (id),
    -- The same mail twice stands once (Message-ID, else a content hash).
    empreinte bytea,
    date_creation timestamptz NOT NULL,
    CONSTRAINT evenement_timeline_client FOREIGN KEY (client_id, utilisateur_id)
        REFERENCES client (id, utilisateur_id) ON DELETE CASCADE,
    CONSTRAINT evenement_timeline_empreinte_unique UNIQUE (client_id, empreinte)
);
CREATE INDEX evenement_timeline_par_client ON evenement_timeline (client_id, date_evenement DESC, id DESC);
CREATE INDEX evenement_timeline_par_utilisateur ON evenement_timeline (utilisateur_id, date_evenement DESC, id DESC);
CREATE INDEX evenement_timeline_par_reference ON evenement_timeline (reference_id, date_evenement DESC, id DESC);

-- Mails to send: written in the transaction of what they tell of, handed to the mail server afterwards, at least
-- once, under the Message-ID that `id` gives. No address, no text and no link is kept: all are read when it is sent.
CREATE TABLE courriel (
    id uuid PRIMARY KEY,
    utilisateur_id uuid NOT NULL CONSTRAINT courriel_utilisateur REFERENCES utilisateur (id),
    -- To whom; null: to the freelancer.
    client_id uuid,
    type text NOT NULL CONSTRAINT courriel_type CHECK (type IN
        ('lien_paiement', 'rappel', 'paiement_recu', 'paiement_echoue', 'paiement_conteste', 'paiement_non_conforme',
         'ticket_cree', 'ticket_reponse', 'mot_de_passe')),
    -- What it tells of: the deal, the line of the ledger, the message, the utilisateur.
    reference_id uuid NOT NULL,
    statut text NOT NULL DEFAULT 'en_attente' CONSTRAINT courriel_statut
        CHECK (statut IN ('en_attente', 'envoye', 'annule', 'echoue')),
    tentatives integer NOT NULL DEFAULT 0,
    prochain_essai timestamptz NOT NULL,
    -- What the mail server said last, when it did not take it.
    erreur text,
    date_creation timestamptz NOT NULL,
    date_envoi timestamptz,
    CONSTRAINT courriel_client FOREIGN KEY (client_id, utilisateur_id)
        REFERENCES client (id, utilisateur_id) ON DELETE CASCADE
);
CREATE INDEX courriel_a_envoyer ON courriel (prochain_essai) WHERE statut = 'en_attente';
CREATE INDEX courriel_par_reference ON courriel (reference_id, id DESC);
CREATE INDEX courriel_par_utilisateur ON courriel (utilisateur_id, id DESC);
CREATE INDEX courriel_par_client ON courriel (client_id);

CREATE TABLE job_resultat (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    -- `en_cours` is the claim, seen by nobody else: it becomes an end state in the same transaction.
    statut text NOT NULL CONSTRAINT job_resultat_statut CHECK (statut IN ('en_cours', 'termine', 'rejete', 'echoue')),
    acteur_type text NOT NULL CONSTRAINT job_resultat_acteur
        CHECK (acteur_type IN ('utilisateur', 'client', 'stripe', 'systeme')),
    acteur_id uuid,
    payload_hash text NOT NULL,
    -- { type, id } of a finished job; the refusal { kind, code, champ?, args? } of a rejected one; the
    -- reason { code } of a parked one. Never a token, a secret or a finished sentence.
    resultat jsonb,
    erreur jsonb,
    -- A parked job's envelope: what running it again needs. Text, for its signature is over the letters.
    enveloppe text,
    tentatives integer NOT NULL DEFAULT 0,
    date_creation timestamptz NOT NULL,
    date_fin timestamptz NOT NULL
);
CREATE INDEX job_resultat_echoue ON job_resultat (date_fin) WHERE statut = 'echoue';

-- What the instance as a whole knows: one row.
CREATE TABLE instance (
    id boolean PRIMARY KEY DEFAULT true CONSTRAINT instance_unique CHECK (id),
    -- The Stripe key's mode, published by the worker that holds it; null: payments are not configured.
    stripe_livemode boolean,
    -- Whether the worker has a mail server, published by it.
    smtp boolean NOT NULL DEFAULT false,
    -- The one-time set-up link, until the first utilisateur exists.
    installation_hash bytea
);
INSERT INTO instance DEFAULT VALUES;

-- The runs of the worker's timer that compares Stripe's events with `evenement_stripe`. What repaired nothing
-- is kept for a week.
CREATE TABLE reconciliation (
    id uuid PRIMARY KEY,
    fenetre text NOT NULL CONSTRAINT reconciliation_fenetre
        CHECK (fenetre IN ('heure', 'trois_jours', 'trente_jours', 'manuelle')),
    -- From when on, by Stripe's clock, events were compared.
    depuis timestamptz NOT NULL,
    verifies integer NOT NULL,
    repares integer NOT NULL,
    -- The newest event of Stripe's that this run or an earlier one has seen, by Stripe's clock.
    filigrane timestamptz,
    date_debut timestamptz NOT NULL,
    date_fin timestamptz NOT NULL
);
CREATE INDEX reconciliation_par_fenetre ON reconciliation (fenetre, date_fin DESC);
