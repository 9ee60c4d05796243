//! The queue's wire form.
