// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <array>
#include <optional>
#include <string>
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
    register_read,   ///< sổ đăng ký: its head; of its lines those whose documents one may read
    register_open,   ///< to begin one
    register_void,   ///< a number, with its reason
    secrecy_raise,   ///< a document's grade, also above one's own clearance
    secrecy_lower,   ///< to propose it
    secrecy_confirm, ///< another person's proposal to lower
    readers_read,    ///< a need-to-know list and who stands on it
    readers_keep,    ///< to make one, to put people on it and take them off
    readers_confirm, ///< another person's entry in one
    dossier_read,
    dossier_create,
    record_set_read, ///< one's own, granted ones, and those of units whose people one administers
    record_set_create,
    record_set_remove,
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
    right_confirm, ///< another person's change of rights
    account_use,   ///< one's own password, sessions and tokens
};

/// What is asked for: its grade, whose it is, when it was issued and who alone may know of it. Without a unit it is the
/// whole installation's, and only rights in the whole installation reach it.
struct Target
{
    Secrecy secrecy = Secrecy::open;
    std::optional<UnitId> unit = std::nullopt;
    std::optional<Date> issued_on = std::nullopt;    ///< of a document; rights in a period reach none without a day
    std::optional<ReaderListId> list = std::nullopt; ///< of a document: known to the people of this list alone
    std::vector<RecordSetId> sets = {}; ///< of a document: the saved sets it is in that a grant names, ascending
};

bool is_allowed(const Actor& actor, Action action, const Target& target);
/// There may be something he may do it to: for the door of a route or command, and for what a menu shows. The object's
/// own rights are asked where the object is known.
bool is_allowed_somewhere(const Actor& actor, Action action);

/// Throw forbidden `auth.forbidden` naming the action; a caller that must not tell hidden from missing asks is_allowed
/// first.
void authorize(const Actor& actor, Action action, const Target& target);
void authorize_somewhere(const Actor& actor, Action action);

/// The uid of the written order by which he reads it; empty where he reads it without one, or not at all.
std::string order_of_reading(const Actor& actor, const Target& target);

/// Why: what of the decision holds and what does not. For people who ask; the decision itself is is_allowed.
struct Reasons
{
    /// Of one of the actor's grants.
    struct OfGrant
    {
        bool role = false;   ///< the role may do it
        bool unit = false;   ///< the grant reaches the unit
        bool period = false; ///< and the day
        bool set = false;    ///< and, where it names a saved set, the document is in it
        bool holds() const { return role && unit && period && set; }
    };
    bool scope = false;          ///< not kept back by an API token
    bool clearance = false;      ///< the grade is not above his
    bool list = false;           ///< on no need-to-know list, or he stands on it
    std::vector<OfGrant> grants; ///< in the order of Actor::grants
    bool is_allowed() const;
};
Reasons explain(const Actor& person, Action action, const Target& target);

/// The same decision as a set: what of the records an action reaches, for SQL and for the index.
struct Reach
{
    /// Units whose records of a period are reached, where a set is named those in it. Without ends: of any time, also
    /// those without a day.
    struct Part
    {
        std::vector<UnitId> units; ///< ascending; ignored where `every_unit`
        bool every_unit = false;
        std::optional<Date> from = std::nullopt; ///< both within
        std::optional<Date> to = std::nullopt;
        std::optional<RecordSetId> set = std::nullopt;
        bool operator==(const Part&) const = default;
    };
    std::vector<Secrecy> bands;           ///< ascending, without a gap
    std::vector<Part> parts;              ///< a record is reached when any of them reaches it
    std::vector<ReaderListId> lists = {}; ///< ascending: what is on a list is reached by these alone
    bool every_list = false;              ///< the lists restrict nobody: of the operator and of the program itself

    /// All that is in the bands, but for the lists.
    bool is_everywhere() const;
    /// All that is in the bands.
    bool is_whole() const { return is_everywhere() && every_list; }
    bool is_nothing() const { return bands.empty() || parts.empty(); }
    bool contains(const Target& target) const;
};
Reach reach_of(const Actor& actor, Action action);

/// "Có tài liệu bạn không đủ quyền xem": whether the actor may know that the record is there. His roles reach its unit
/// and its day, its grade is above his clearance, and who looks after the unit's records tells
/// (UnitTree::tells_hidden). Never true of what is_allowed says yes to; false wherever no unit has the policy: hidden
/// is missing.
bool is_told(const Actor& actor, Action action, const Target& target);
/// The same as a set. Its bands begin above the actor's clearance.
Reach told_reach(const Actor& actor, Action action);
/// Everything: for what the program itself does.
Reach whole_reach();

std::string_view action_name(Action action);

} // namespace vtlt::auth
