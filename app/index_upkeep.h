// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/core/base/error.h>

#include <cstdint>

/// The index is derived: commands that read it bring it after the catalogue first, commands that check it only look.
namespace vtlt::app {

/// For those who search: applies what is pending and builds what is missing or unreadable, when the lock is free.
/// Answers how many documents are not yet found.
std::int64_t catch_up_index(const Context& context);

/// For those who check: only the ordinary work (pending rows, an index/ deleted as a whole). Without the lock nothing.
/// False when rows stay pending, which is no damage.
bool apply_ordinary_work(services::Archive& archive);

/// Builds every index anew. Throws busy `archive.locked`.
void rebuild_index(const Context& context);

/// Runs `search`, which reads the index; one found damaged on the way is built anew by `rebuild` and asked once more.
template <class Rebuild, class Search>
auto with_sound_index(const Rebuild& rebuild, const Search& search)
{
    try {
        return search();
    } catch (const Error& error) {
        if (error.code() != "index.unreadable") {
            throw;
        }
    }
    rebuild();
    return search();
}

} // namespace vtlt::app
