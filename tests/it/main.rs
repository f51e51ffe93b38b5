//! Integration tests, one module per user story.
