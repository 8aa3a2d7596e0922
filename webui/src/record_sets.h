// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "asked_query.h"

#include <vtlt/core/services/record_sets.h>

#include <string>

namespace vtlt::webui {

/// The strict hits of a search as a saved set, however many they are. Throws what services::make_record_set throws.
services::ShownRecordSet save_found(const Call& call, const AskedQuery& asked, const std::string& title,
                                    const std::string& unit);

} // namespace vtlt::webui
