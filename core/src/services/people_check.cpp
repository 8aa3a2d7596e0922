// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/history_check.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/db/database.h>

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
        SELECT account.uid, account.role, account.clearance, account.disabled, account.password_hash,
               audit_leaf.leaf, audit_detail.detail
          FROM account
          LEFT JOIN audit_detail ON audit_detail.object = account.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY account.id, audit_detail.seq
    )sql");
    Comparison account{faults};
    while (rows.step()) {
        if (account.begin(rows.text(0))) {
            account.held = {{"role", rows.text(1)},
                            {"clearance", std::string{secrecy_name(static_cast<Secrecy>(rows.integer(2)))}},
                            {"disabled", rows.integer(3) != 0 ? "yes" : "no"},
                            {"password", rows.is_null(4) ? std::string{} : sha256_hex(rows.text(4))}};
            account.told = {{"disabled", "no"}, {"password", ""}};
        }
        const auto [action, detail] = read_event(rows, 5);
        if (action == "user.added" || action == "user.changed") {
            take_over(detail, {"role", "clearance"}, account.told);
        } else if (action == "user.disabled" || action == "user.enabled") {
            account.told["disabled"] = action == "user.disabled" ? "yes" : "no";
        } else if (action == "user.password_set" || action == "user.password_renewed") {
            take_over(detail, {"password"}, account.told);
        }
    }
    account.judge();
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

void check_sessions(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT session.uid, account.uid, audit_leaf.leaf, audit_detail.detail
          FROM session
          JOIN account ON account.id = session.account_id
          LEFT JOIN audit_detail ON audit_detail.object = session.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY session.id, audit_detail.seq
    )sql");
    Comparison session{faults};
    while (rows.step()) {
        if (session.begin(rows.text(0))) {
            session.held = {{"account", rows.text(1)}};
        }
        const auto [action, detail] = read_event(rows, 2);
        if (action == "session.opened") {
            take_over(detail, {"account"}, session.told);
        } else if (action == "session.ended") {
            session.told.clear();
        }
    }
    session.judge();
}

} // namespace

std::vector<HistoryFault> check_people_against_history(db::Database& database)
{
    std::vector<HistoryFault> faults;
    auto tx = database.read();
    check_accounts(tx, faults);
    check_tokens(tx, faults);
    check_sessions(tx, faults);
    return faults;
}

} // namespace vtlt::services
