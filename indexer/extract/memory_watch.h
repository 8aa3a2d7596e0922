// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// C libraries die in their own ways when memory runs out; a note outside of the child's memory tells that from other
/// crashes.
namespace vtlt::extract::memory_watch {

/// Makes the page that children share with the server. To be called before the first fork.
void prepare();
/// Forgets what was noted: before each child.
void clear();
/// True when an allocation of the last child was refused.
bool was_refused();

} // namespace vtlt::extract::memory_watch
