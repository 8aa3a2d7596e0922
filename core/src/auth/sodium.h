// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sodium.h>

namespace vtlt::auth {

/// Before the first use of libsodium in a process; cheap afterwards, from any thread.
void require_sodium();

} // namespace vtlt::auth
