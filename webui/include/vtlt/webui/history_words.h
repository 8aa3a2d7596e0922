// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/services/history_extract.h>
#include <vtlt/webui/messages.h>

#include <string>

/// What the history says in words, in the reader's language: for its page and its extracts.
namespace vtlt::webui {

/// Who did it: the full name, else what the actor was.
std::string event_actor(Language language, const services::HistoryEvent& one);
/// Fills `who` and `what`.
void put_words(services::ExtractRequest& request, Language language);

} // namespace vtlt::webui
