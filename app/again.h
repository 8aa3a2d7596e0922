// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace vtlt::app {

class Context;

/// What the command that made a job would do, from the request that the job keeps: `job retry`. The exit codes are the
/// command's.
int ingest_again(const Context& context, std::string_view request);
int export_again(const Context& context, std::string_view request);
int verify_again(const Context& context, std::string_view request);

} // namespace vtlt::app
