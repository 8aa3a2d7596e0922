// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vtlt::extract {

/// Serves one client over descriptor wire::kControlFd until it hangs up: a sandboxed child per document, one after the
/// other. Answers the program's exit code.
int serve();

} // namespace vtlt::extract
