// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/history_check.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/db/database.h>

#include "services/visible_record_set.h"

#include <array>
#include <map>
#include <string_view>

namespace vtlt::services {

namespace {

/// Value by name: as the row holds it, or as the events told it last.
using Values = std::map<std::string, std::string, std::less<>>;

struct Event
{
    std::string action;
    SortedJson detail;
};

/// Columns of an event at the end of each row: leaf, detail.
Event read_event(const db::Statement& row, int first)
{
    const auto leaf = SortedJson::parse(row.text(first), nullptr, false);
    auto detail = SortedJson::parse(row.text(first + 1), nullptr, false);
    return {leaf.is_object() ? leaf.value("action", std::string{}) : std::string{},
            detail.is_object() ? std::move(detail) : SortedJson::object()};
}

void take_over(const SortedJson& detail, std::initializer_list<const char*> names, Values& told)
{
    for (const auto* name : names) {
        if (const auto value = detail.find(name); value != detail.end()) {
            told[name] = value->is_string() ? value->get<std::string>() : std::string{};
        }
    }
}

/// Rows of one kind of thing with the events of each, in order.
class Comparison
{
public:
    explicit Comparison(std::vector<HistoryFault>& faults) : faults_(faults) {}

    /// True when this row begins another thing.
    bool begin(const Uid& uid)
    {
        if (uid == uid_) {
            return false;
        }
        judge();
        uid_ = uid;
        held.clear();
        told.clear();
        return true;
    }

    void judge()
    {
        for (const auto& [name, value] : held) {
            const auto said = told.find(name);
            if (said == told.end() || said->second != value) {
                // Only what differs: a digest or a right of somebody is no business of a report.
                faults_.push_back({uid_, "as the events tell", "another " + name});
            }
        }
    }

    Values held;
    Values told;

private:
    std::vector<HistoryFault>& faults_;
    Uid uid_;
};

void check_accounts(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT account.uid, coalesce(unit.code, ''), account.clearance, account.disabled, account.password_hash,
               account.door, audit_leaf.leaf, audit_detail.detail
          FROM account
          LEFT JOIN unit ON unit.id = account.unit_id
          LEFT JOIN audit_detail ON audit_detail.object = account.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY account.id, audit_detail.seq
    )sql");
    Comparison account{faults};
    while (rows.step()) {
        if (account.begin(rows.text(0))) {
            account.held = {{"unit", rows.text(1)},
                            {"clearance", std::string{secrecy_name(static_cast<Secrecy>(rows.integer(2)))}},
                            {"disabled", rows.integer(3) != 0 ? "yes" : "no"},
                            {"password", rows.is_null(4) ? std::string{} : sha256_hex(rows.text(4))},
                            {"door", rows.text(5)}};
            account.told = {{"disabled", "no"}, {"password", ""}, {"door", "password"}};
        }
        const auto [action, detail] = read_event(rows, 6);
        if (action == "user.added" || action == "user.changed") {
            take_over(detail, {"unit", "clearance", "door"}, account.told);
            if (detail.contains("door")) {
                account.told["password"] = "";
            }
        } else if (action == "user.disabled" || action == "user.enabled") {
            account.told["disabled"] = action == "user.disabled" ? "yes" : "no";
        } else if (action == "user.password_set" || action == "user.password_renewed") {
            take_over(detail, {"password"}, account.told);
        }
    }
    account.judge();
}

std::string day_text(const std::optional<Date>& day)
{
    return day ? format_date(*day) : std::string{};
}

std::string flag_text(bool flag)
{
    return flag ? "yes" : "no";
}

void check_grants(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT role_grant.uid, account.uid, role_grant.role, unit.code, role_grant.with_sub_units, role_grant.from_on,
               role_grant.to_on, role_grant.records_from_on, role_grant.records_to_on,
               role_grant.delegated_from_id IS NOT NULL, role_grant.confirmed_at IS NOT NULL,
               role_grant.ended_at IS NOT NULL, coalesce(position.uid, ''), role_grant.order_number,
               role_grant.order_on, role_grant.order_signer, coalesce(record_set.uid, ''), audit_leaf.leaf,
               audit_detail.detail
          FROM role_grant
          JOIN account ON account.id = role_grant.account_id
          JOIN unit ON unit.id = role_grant.unit_id
          LEFT JOIN position ON position.id = role_grant.position_id
          LEFT JOIN record_set ON record_set.id = role_grant.record_set_id
          LEFT JOIN audit_detail ON audit_detail.object = role_grant.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY role_grant.id, audit_detail.seq
    )sql");
    Comparison grant{faults};
    while (rows.step()) {
        if (grant.begin(rows.text(0))) {
            grant.held = {{"account", rows.text(1)},
                          {"role", rows.text(2)},
                          {"unit", rows.text(3)},
                          {"sub-units", flag_text(rows.integer(4) != 0)},
                          {"from", day_text(rows.optional_date(5))},
                          {"to", day_text(rows.optional_date(6))},
                          {"records_from", day_text(rows.optional_date(7))},
                          {"records_to", day_text(rows.optional_date(8))},
                          {"delegated", flag_text(rows.integer(9) != 0)},
                          {"confirmed", flag_text(rows.integer(10) != 0)},
                          {"ended", flag_text(rows.integer(11) != 0)},
                          {"position", rows.text(12)},
                          {"number", rows.text(13)},
                          {"on", day_text(rows.optional_date(14))},
                          {"signer", rows.text(15)},
                          {"record_set", rows.text(16)}};
            grant.told = {{"confirmed", "no"}, {"ended", "no"}, {"position", ""},  {"number", ""},
                          {"on", ""},          {"signer", ""},  {"record_set", ""}};
        }
        const auto [action, detail] = read_event(rows, 17);
        if (action == "role.granted" || action == "order.proposed") {
            take_over(detail,
                      {"account", "role", "unit", "from", "to", "records_from", "records_to", "position", "record_set"},
                      grant.told);
            grant.told["sub-units"] = flag_text(detail.value("with_sub_units", false));
            grant.told["delegated"] = flag_text(detail.value("delegated", false));
        } else if (action == "role.confirmed" || action == "order.confirmed") {
            grant.told["confirmed"] = "yes";
        } else if (action == "role.ended" || action == "order.ended") {
            grant.told["ended"] = "yes";
        }
        if (action == "order.proposed") {
            take_over(detail, {"number", "on", "signer"}, grant.told);
        }
    }
    grant.judge();
}

void check_positions(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT position.uid, account.uid, unit.code, position.title, position.is_main, position.from_on,
               position.to_on, audit_leaf.leaf, audit_detail.detail
          FROM position
          JOIN account ON account.id = position.account_id
          JOIN unit ON unit.id = position.unit_id
          LEFT JOIN audit_detail ON audit_detail.object = position.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY position.id, audit_detail.seq
    )sql");
    Comparison position{faults};
    while (rows.step()) {
        if (position.begin(rows.text(0))) {
            position.held = {{"account", rows.text(1)},
                             {"unit", rows.text(2)},
                             {"title", rows.text(3)},
                             {"main", flag_text(rows.integer(4) != 0)},
                             {"from", day_text(rows.optional_date(5))},
                             {"to", day_text(rows.optional_date(6))}};
        }
        const auto [action, detail] = read_event(rows, 7);
        if (action == "position.added") {
            take_over(detail, {"account", "unit", "title", "from", "to"}, position.told);
            position.told["main"] = flag_text(detail.value("main", false));
        } else if (action == "position.ended") {
            take_over(detail, {"to"}, position.told);
        }
    }
    position.judge();
}

/// A right by a set reaches what is in it: who put a document there behind our back would have given it.
void check_record_sets(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT record_set.uid, record_set.id, unit.code, record_set.secrecy, record_set.removed_at IS NOT NULL,
               audit_leaf.leaf, audit_detail.detail
          FROM record_set
          JOIN unit ON unit.id = record_set.unit_id
          LEFT JOIN audit_detail ON audit_detail.object = record_set.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY record_set.id, audit_detail.seq
    )sql");
    Comparison set{faults};
    while (rows.step()) {
        if (set.begin(rows.text(0))) {
            set.held = {{"unit", rows.text(2)},
                        {"secrecy", std::string{secrecy_name(static_cast<Secrecy>(rows.integer(3)))}},
                        {"removed", flag_text(rows.integer(4) != 0)},
                        {"documents_sha256", documents_digest(tx, rows.id<RecordSetId>(1))}};
            set.told = {{"removed", "no"}};
        }
        const auto [action, detail] = read_event(rows, 5);
        if (action == "record_set.made") {
            take_over(detail, {"unit", "secrecy", "documents_sha256"}, set.told);
        } else if (action == "record_set.removed") {
            set.told["removed"] = "yes";
            set.told["documents_sha256"] = sha256_hex("");
        }
    }
    set.judge();
}

void check_tokens(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT api_token.uid, account.uid, api_token.scopes, api_token.expires_on, api_token.revoked_at IS NOT NULL,
               audit_leaf.leaf, audit_detail.detail
          FROM api_token
          JOIN account ON account.id = api_token.account_id
          LEFT JOIN audit_detail ON audit_detail.object = api_token.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY api_token.id, audit_detail.seq
    )sql");
    Comparison token{faults};
    while (rows.step()) {
        if (token.begin(rows.text(0))) {
            const auto expires_on = rows.optional_date(3);
            token.held = {{"account", rows.text(1)},
                          {"scopes", rows.text(2)},
                          {"expires_on", expires_on ? format_date(*expires_on) : std::string{}},
                          {"revoked", rows.integer(4) != 0 ? "yes" : "no"}};
            token.told = {{"revoked", "no"}};
        }
        const auto [action, detail] = read_event(rows, 5);
        if (action == "token.issued") {
            take_over(detail, {"account", "scopes", "expires_on"}, token.told);
        } else if (action == "token.revoked") {
            token.told["revoked"] = "yes";
        }
    }
    token.judge();
}

/// By account: the digest over the digests of its recovery codes, and how many were used.
std::map<std::int64_t, std::pair<std::string, std::int64_t>> read_recovery_codes(db::ReadTx& tx)
{
    auto rows =
        tx.prepare("SELECT account_id, digest, used_at IS NOT NULL FROM recovery_code ORDER BY account_id, digest");
    std::map<std::int64_t, std::pair<std::string, std::int64_t>> codes;
    while (rows.step()) {
        auto& [digests, used] = codes[rows.integer(0)];
        digests += rows.bytes(1);
        used += rows.integer(2);
    }
    return codes;
}

void check_second_factors(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto codes = read_recovery_codes(tx);
    auto rows = tx.prepare(R"sql(
        SELECT account.uid, account.id, second_factor.secret, audit_leaf.leaf, audit_detail.detail
          FROM account
          LEFT JOIN second_factor ON second_factor.account_id = account.id AND second_factor.confirmed_at IS NOT NULL
          LEFT JOIN audit_detail ON audit_detail.object = account.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY account.id, audit_detail.seq
    )sql");
    Comparison factor{faults};
    std::int64_t used = 0;
    while (rows.step()) {
        if (factor.begin(rows.text(0))) {
            const auto& [digests, taken] = codes[rows.integer(1)];
            factor.held = {{"second factor", rows.is_null(2) ? std::string{} : sha256_hex(rows.bytes(2))},
                           {"recovery codes", digests.empty() ? std::string{} : sha256_hex(digests)},
                           {"used recovery codes", std::to_string(taken)}};
            factor.told = {{"second factor", ""}, {"recovery codes", ""}};
            used = 0;
        }
        const auto [action, detail] = read_event(rows, 3);
        if (action == "second_factor.turned_on" || action == "second_factor.recovery_codes_made") {
            factor.told["recovery codes"] = detail.value("codes", std::string{});
            used = 0;
        } else if (action == "second_factor.turned_off" || action == "second_factor.removed") {
            factor.told = {{"second factor", ""}, {"recovery codes", ""}};
            used = 0;
        } else if (action == "second_factor.recovery_code_used") {
            ++used;
        }
        if (action == "second_factor.turned_on") {
            factor.told["second factor"] = detail.value("factor", std::string{});
        }
        factor.told["used recovery codes"] = std::to_string(used);
    }
    factor.judge();
}

/// A setting that people decide: the last event of its object tells it.
struct SettingRow
{
    std::string_view name;
    std::string_view object;
    std::string_view action;
    std::string_view value; ///< member of the event's detail
};

constexpr std::array kSettings{SettingRow{"second_factor.demand", "second_factor", "second_factor.demanded", "of"},
                               SettingRow{"role_labels", "role_labels", "role_labels.chosen", "set"}};

void check_setting(db::ReadTx& tx, const SettingRow& row, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT setting.name, setting.value, audit_leaf.leaf, audit_detail.detail
          FROM setting
          LEFT JOIN audit_detail ON audit_detail.object = ?2
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         WHERE setting.name = ?1
         ORDER BY audit_detail.seq
    )sql");
    rows.bind(1, row.name).bind(2, row.object);
    Comparison setting{faults};
    while (rows.step()) {
        if (setting.begin(rows.text(0))) {
            setting.held = {{"setting", rows.text(1)}};
            setting.told = {{"setting", ""}};
        }
        const auto [action, detail] = read_event(rows, 2);
        if (action == row.action) {
            setting.told["setting"] = detail.value(std::string{row.value}, std::string{});
        }
    }
    setting.judge();
}

void check_certificates(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT account_certificate.uid, account.uid, account_certificate.digest, audit_leaf.leaf, audit_detail.detail
          FROM account_certificate
          JOIN account ON account.id = account_certificate.account_id
          LEFT JOIN audit_detail ON audit_detail.object = account_certificate.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY account_certificate.id, audit_detail.seq
    )sql");
    Comparison certificate{faults};
    while (rows.step()) {
        if (certificate.begin(rows.text(0))) {
            certificate.held = {{"account", rows.text(1)}, {"certificate", to_hex(rows.bytes(2))}};
        }
        const auto [action, detail] = read_event(rows, 3);
        if (action == "certificate.added") {
            take_over(detail, {"account", "certificate"}, certificate.told);
        } else if (action == "certificate.removed") {
            certificate.told.clear();
        }
    }
    certificate.judge();
}

void check_sessions(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT session.uid, account.uid, session.certificate, audit_leaf.leaf, audit_detail.detail
          FROM session
          JOIN account ON account.id = session.account_id
          LEFT JOIN audit_detail ON audit_detail.object = session.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY session.id, audit_detail.seq
    )sql");
    Comparison session{faults};
    while (rows.step()) {
        if (session.begin(rows.text(0))) {
            session.held = {{"account", rows.text(1)}, {"certificate", to_hex(rows.bytes(2))}};
            session.told = {{"certificate", ""}};
        }
        const auto [action, detail] = read_event(rows, 3);
        if (action == "session.opened") {
            take_over(detail, {"account", "certificate"}, session.told);
        } else if (action == "session.ended") {
            session.told.erase("account");
        }
    }
    session.judge();
}

/// Who wrote himself on a list behind our back would know of what is on it.
void check_reader_entries(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT reader_entry.uid, account.uid, reader_list.uid, reader_entry.from_on, reader_entry.to_on,
               reader_entry.confirmed_at IS NOT NULL, reader_entry.ended_at IS NOT NULL, audit_leaf.leaf,
               audit_detail.detail
          FROM reader_entry
          JOIN account ON account.id = reader_entry.account_id
          JOIN reader_list ON reader_list.id = reader_entry.reader_list_id
          LEFT JOIN audit_detail ON audit_detail.object = reader_entry.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY reader_entry.id, audit_detail.seq
    )sql");
    Comparison entry{faults};
    while (rows.step()) {
        if (entry.begin(rows.text(0))) {
            entry.held = {{"account", rows.text(1)},
                          {"list", rows.text(2)},
                          {"from", day_text(rows.optional_date(3))},
                          {"to", day_text(rows.optional_date(4))},
                          {"confirmed", flag_text(rows.integer(5) != 0)},
                          {"ended", flag_text(rows.integer(6) != 0)}};
            entry.told = {{"confirmed", flag_text(false)}, {"ended", flag_text(false)}};
        }
        const auto [action, detail] = read_event(rows, 7);
        if (action == "reader.added") {
            take_over(detail, {"account", "list", "from", "to"}, entry.told);
        } else if (action == "reader.confirmed") {
            entry.told["confirmed"] = flag_text(true);
        } else if (action == "reader.ended") {
            entry.told["ended"] = flag_text(true);
        }
    }
    entry.judge();
}

void check_unit_policies(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT unit.uid, unit.tells_hidden, audit_leaf.leaf, audit_detail.detail
          FROM unit
          LEFT JOIN audit_detail ON audit_detail.object = unit.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY unit.id, audit_detail.seq
    )sql");
    Comparison unit{faults};
    while (rows.step()) {
        if (unit.begin(rows.text(0))) {
            unit.held = {{"tells_hidden", flag_text(rows.integer(1) != 0)}};
            unit.told = {{"tells_hidden", flag_text(false)}};
        }
        const auto [action, detail] = read_event(rows, 2);
        if (action == "unit.changed" && detail.contains("tells_hidden")) {
            unit.told["tells_hidden"] = flag_text(detail.at("tells_hidden") == true);
        }
    }
    unit.judge();
}

} // namespace

std::vector<HistoryFault> check_people_against_history(db::Database& database)
{
    std::vector<HistoryFault> faults;
    auto tx = database.read();
    check_accounts(tx, faults);
    check_grants(tx, faults);
    check_positions(tx, faults);
    check_record_sets(tx, faults);
    check_tokens(tx, faults);
    check_second_factors(tx, faults);
    for (const auto& row : kSettings) {
        check_setting(tx, row, faults);
    }
    check_certificates(tx, faults);
    check_sessions(tx, faults);
    check_unit_policies(tx, faults);
    check_reader_entries(tx, faults);
    return faults;
}

} // namespace vtlt::services
