// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/auth/role_labels.h>
#include <vtlt/core/services/archive.h>

/// What the roles are called in an archive.
namespace vtlt::services {

/// Everybody may know. The program's first set where none was chosen, or one that this build does not have.
const auth::RoleLabels& role_labels(Archive& archive);
/// By archive.administer. Throws invalid `role_labels.unknown`.
const auth::RoleLabels& choose_role_labels(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                           std::string_view code);

} // namespace vtlt::services
