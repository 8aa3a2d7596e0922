// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/home.h>

#include <cstdint>

namespace vtlt::audit {

/// Removes tiles that a crash left: written for a checkpoint that was never signed, or replaced by one that was. By
/// their names alone; any other file in audit/ stays for verify to tell. By the home's writer, before it writes.
void sweep_tiles(const Home& home, std::uint64_t size);

} // namespace vtlt::audit
