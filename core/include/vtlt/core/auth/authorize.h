// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/catalog/secrecy.h>

#include <array>
#include <string_view>
#include <vector>

/// The one function that decides who may do what (safety.md §4.5). Deny by default.
namespace vtlt::auth {

enum class Action
{
    document_read,
    document_register,
    document_export,
    document_edit,
    dossier_read,
    dossier_create,
    unit_read,
    unit_create,
    upload_create,
    job_create,
    job_read,     ///< everybody's
    job_read_own, ///< one's own
    job_cancel,
    job_retry,
    audit_read,
    integrity_verify,
    index_rebuild,
    archive_administer,
    user_read,
    user_administer,
    account_use, ///< one's own password, sessions and tokens
};

/// What is asked for: its grade and whose it is; absent where an action has no object.
struct Target
{
    Secrecy secrecy = Secrecy::open;
    std::optional<UnitId> unit;
};

bool is_allowed(const Actor& actor, Action action, const Target& target);

/// Throws forbidden `auth.forbidden` naming the action; a caller that must not tell hidden from missing asks is_allowed
/// first.
void authorize(const Actor& actor, Action action, const Target& target);

/// The same decision as a set: the bands an actor may read.
std::vector<Secrecy> readable_bands(const Actor& actor);

std::string_view action_name(Action action);

} // namespace vtlt::auth
