//! Every job's payload, one file each. The handlers stand under the same names in `worker/src/jobs/`.

macro_rules! payloads {
    ($($file:ident :: $Job:ident),+ $(,)?) => {
        $(mod $file; pub use $file::$Job;)+
    };
}

pub use update_logo::Logo;

payloads! {
    create_utilisateur::CreateUtilisateur,
    update_utilisateur::UpdateUtilisateur,
    update_logo::UpdateLogo,
    update_mot_de_passe::UpdateMotDePasse,
    forget_mot_de_passe::ForgetMotDePasse,
    reset_mot_de_passe::ResetMotDePasse,
    create_jeton_api::CreateJetonApi,
    revoke_jeton_api::RevokeJetonApi,
    create_client::CreateClient,
    update_client::UpdateClient,
    delete_client::DeleteClient,
    erase_client::EraseClient,
    generate_portail::GeneratePortail,
    revoke_portail::RevokePortail,
    create_opportunite::CreateOpportunite,
    update_opportunite::UpdateOpportunite,
    delete_opportunite::DeleteOpportunite,
    create_ticket::CreateTicket,
    update_ticket::UpdateTicket,
    reply_ticket::ReplyTicket,
    record_email::RecordEmail,
    record_note::RecordNote,
    update_evenement::UpdateEvenement,
    delete_evenement::DeleteEvenement,
    read_evenement::ReadEvenement,
    process_stripe_webhook::ProcessStripeWebhook,
    create_checkout_session::CreateCheckoutSession,
    refresh_payment::RefreshPayment,
    cancel_payment_link::CancelPaymentLink,
    record_payment::RecordPayment,
    reverse_payment::ReversePayment,
    send_lien_paiement::SendLienPaiement,
    refund_payment::RefundPayment,
    replay_stripe_event::ReplayStripeEvent,
}

/// The list of jobs: hands it to `$with!`. A job that stands here and has no handler does not compile.
#[macro_export]
macro_rules! each_job {
    ($with:ident) => {
        $with! {
            CreateUtilisateur, UpdateUtilisateur, UpdateLogo, UpdateMotDePasse, ForgetMotDePasse, ResetMotDePasse,
            CreateJetonApi, RevokeJetonApi,
            CreateClient, UpdateClient, DeleteClient, EraseClient, GeneratePortail, RevokePortail,
            CreateOpportunite, UpdateOpportunite, DeleteOpportunite,
            CreateTicket, UpdateTicket, ReplyTicket,
            RecordEmail, RecordNote, UpdateEvenement, DeleteEvenement, ReadEvenement,
            CreateCheckoutSession, RefreshPayment, SendLienPaiement, CancelPaymentLink, RecordPayment, ReversePayment,
            RefundPayment, ReplayStripeEvent,
            ProcessStripeWebhook,
        }
    };
}
