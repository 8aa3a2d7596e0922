// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/event_list.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include <limits>
#include <variant>

namespace vtlt::audit {

namespace {

constexpr std::int64_t kDerivedAtOnce = 5000;

/// One leaf's row. Throws corrupt `audit.leaf`.
ListedEvent read_leaf(std::int64_t seq, const std::string& leaf)
{
    const auto json = Json::parse(leaf, nullptr, false);
    const auto text = [&](const char* key) {
        const auto found = json.is_object() ? json.find(key) : json.end();
        if (!json.is_object() || found == json.end() || !found->is_string()) {
            throw Error{Kind::corrupt, "audit.leaf", {{"event", std::to_string(seq)}}};
        }
        return found->get<std::string>();
    };
    const auto at = parse_instant(text("at"));
    if (!at) {
        throw Error{Kind::corrupt, "audit.leaf", {{"event", std::to_string(seq)}}};
    }
    return {.seq = seq, .at = *at, .actor = text("actor"), .action = text("action"), .object = text("object")};
}

std::int64_t last_derived(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT coalesce(max(seq), 0) FROM audit_event");
    ensure(select.step(), "a maximum has a row");
    return select.integer(0);
}

bool is_behind(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT 1 FROM audit_leaf WHERE seq > ?1 LIMIT 1");
    select.bind(1, last_derived(tx));
    return select.step();
}

/// False once nothing is left.
bool derive_some(db::Database& database)
{
    auto tx = database.write();
    std::vector<ListedEvent> events;
    {
        auto select = tx.prepare("SELECT seq, leaf FROM audit_leaf WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        select.bind(1, last_derived(tx)).bind(2, kDerivedAtOnce);
        while (select.step()) {
            events.push_back(read_leaf(select.integer(0), select.text(1)));
        }
    }
    auto insert = tx.prepare("INSERT INTO audit_event (seq, at, actor, action, object) VALUES (?1, ?2, ?3, ?4, ?5)");
    for (const auto& event : events) {
        insert.bind(1, event.seq)
            .bind(2, event.at)
            .bind(3, event.actor)
            .bind(4, event.action)
            .bind(5, event.object)
            .run();
    }
    tx.commit();
    return static_cast<std::int64_t>(events.size()) == kDerivedAtOnce;
}

/// The conditions that a filter asks for and no others, so that each finds its index.
class Conditions
{
public:
    using Value = std::variant<std::int64_t, std::string, Instant>;

    /// `condition` ends where its value's parameter comes.
    void add(std::string_view condition, Value value)
    {
        values_.push_back(std::move(value));
        text_ += (values_.size() == 1 ? " WHERE " : " AND ") + std::string{condition} + parameter();
    }
    /// The parameter of a value that is no condition.
    std::string add_value(Value value)
    {
        values_.push_back(std::move(value));
        return parameter();
    }
    const std::string& text() const { return text_; }
    void bind_to(db::Statement& statement) const
    {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            std::visit([&](const auto& value) { statement.bind(static_cast<int>(i) + 1, value); }, values_[i]);
        }
    }

private:
    std::string parameter() const { return "?" + std::to_string(values_.size()); }

    std::string text_;
    std::vector<Value> values_;
};

Conditions conditions_of(const EventFilter& filter)
{
    Conditions where;
    where.add("audit_event.seq < ", filter.below > 0 ? filter.below : std::numeric_limits<std::int64_t>::max());
    if (!filter.actor.empty()) {
        where.add("actor = ", filter.actor);
    }
    if (filter.action.ends_with('.')) {
        auto after = filter.action;
        after.back() = '.' + 1;
        where.add("action >= ", filter.action);
        where.add("action < ", after);
    } else if (!filter.action.empty()) {
        where.add("action = ", filter.action);
    }
    if (!filter.object.empty()) {
        where.add("audit_event.object = ", filter.object);
    }
    if (filter.unit) {
        where.add("(SELECT unit_id FROM account WHERE account.uid = audit_event.actor) = ", filter.unit->value);
    }
    if (filter.from) {
        where.add("at >= ", *filter.from);
    }
    if (filter.before) {
        where.add("at < ", *filter.before);
    }
    return where;
}

} // namespace

void derive_events(db::Database& database)
{
    {
        auto tx = database.read();
        if (!is_behind(tx)) {
            return;
        }
    }
    while (derive_some(database)) {
    }
}

std::vector<ListedEvent> list_events(db::ReadTx& tx, const EventFilter& filter, std::size_t limit)
{
    auto where = conditions_of(filter);
    const auto most = where.add_value(static_cast<std::int64_t>(limit));
    auto select =
        tx.prepare("SELECT audit_event.seq, at, actor, action, audit_event.object, audit_detail.detail FROM audit_event"
                   " LEFT JOIN audit_detail ON audit_detail.seq = audit_event.seq" +
                   where.text() + " ORDER BY audit_event.seq DESC LIMIT " + most);
    where.bind_to(select);
    std::vector<ListedEvent> events;
    while (select.step()) {
        ListedEvent event{.seq = select.integer(0),
                          .at = select.instant(1),
                          .actor = select.text(2),
                          .action = select.text(3),
                          .object = select.text(4)};
        if (const auto detail = select.text(5); !detail.empty()) {
            event.detail = parse_json(detail);
        }
        events.push_back(std::move(event));
    }
    return events;
}

std::vector<std::string> list_actions(db::ReadTx& tx)
{
    // From one to the next by the index, not through every event.
    auto next = tx.prepare("SELECT min(action) FROM audit_event WHERE action > ?1");
    std::vector<std::string> actions;
    for (std::string last;;) {
        next.bind(1, last);
        ensure(next.step(), "a minimum has a row");
        last = next.text(0);
        next.step();
        if (last.empty()) {
            return actions;
        }
        actions.push_back(last);
    }
}

} // namespace vtlt::audit
