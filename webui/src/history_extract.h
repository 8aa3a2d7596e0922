// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

namespace vtlt::webui {

/// The events of the address's filter in the format that it names, signed: a zip, because a signature that came by a
/// second request would be that of another file, made a moment later. Throws invalid `audit.extract_format`,
/// `audit.bad_period`, and what services::extract_history throws.
http::Response send_history_extract(Call& call);

} // namespace vtlt::webui
