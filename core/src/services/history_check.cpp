// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/history_check.h>

#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/use_mode.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <array>

namespace vtlt::services {

namespace {

constexpr std::string_view kRegistered = "document.registered";
/// What tells old and new values.
constexpr std::array<std::string_view, 3> kChanging{"document.edited", "document.reclassified", "document.listed"};

/// Columns of the pass over the documents, by number.
enum Column
{
    kUid,
    kFirstValue,
    kContentHash = kFirstValue + 10,
    kObjectHash,
    kTextHash,
    kSeq,
    kLeaf,
    kDetail
};

/// Keys of an event's detail that name a value of the document, in the order of the columns.
constexpr std::array<std::string_view, 10> kValues{"title",  "number",    "symbol",  "kind", "issuer",
                                                   "signer", "issued_on", "secrecy", "mode", "reader_list"};

std::string value_of(const db::Statement& row, std::size_t value)
{
    const auto column = static_cast<int>(kFirstValue + value);
    if (kValues[value] == "secrecy") {
        return std::string{secrecy_name(static_cast<Secrecy>(row.integer(column)))};
    }
    if (kValues[value] == "mode") {
        return std::string{use_mode_name(static_cast<UseMode>(row.integer(column)))};
    }
    if (kValues[value] != "issued_on") {
        return row.text(column);
    }
    const auto day = row.optional_date(column);
    return day ? format_date(*day) : std::string{};
}

std::string text_of(const SortedJson& json, std::string_view key)
{
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What the events of one document tell, and what its rows hold.
class Told
{
public:
    explicit Told(const db::Statement& row)
        : uid_(row.text(kUid)), content_(row.text(kContentHash)), object_(row.text(kObjectHash)),
          text_(row.text(kTextHash))
    {
        for (std::size_t i = 0; i < kValues.size(); ++i) {
            values_[i] = value_of(row, i);
        }
    }

    const Uid& uid() const { return uid_; }

    void add(const db::Statement& row)
    {
        const auto leaf = SortedJson::parse(row.text(kLeaf), nullptr, false);
        const auto detail = SortedJson::parse(row.text(kDetail), nullptr, false);
        if (text_of(leaf, "action") == kRegistered) {
            ++registered_;
            told_content_ = text_of(detail, "file");
        }
        if (const auto text = text_of(detail, "text"); !text.empty()) {
            told_text_ = text;
        }
        if (std::ranges::find(kChanging, text_of(leaf, "action")) != kChanging.end()) {
            add_edit(detail, row.integer(kSeq));
            return;
        }
        for (std::size_t i = 0; i < kValues.size(); ++i) {
            if (auto value = text_of(detail, kValues[i]); !value.empty()) {
                told_values_[i] = {std::move(value), row.integer(kSeq)};
            }
        }
    }

    void judge(std::vector<HistoryFault>& faults) const
    {
        const auto fault = [&](std::string expected, std::string found) {
            faults.push_back({uid_, std::move(expected), std::move(found)});
        };
        if (registered_ != 1) {
            fault("one " + std::string{kRegistered}, std::to_string(registered_));
            return;
        }
        if (content_ != told_content_) {
            fault(told_content_, content_);
        }
        if (object_ != content_) {
            fault(content_, object_);
        }
        if (text_ != told_text_) {
            fault(told_text_, text_);
        }
        for (std::size_t i = 0; i < kValues.size(); ++i) {
            const auto& [value, seq] = told_values_[i];
            if (seq > 0 && value != values_[i]) {
                fault(std::string{kValues[i]} + " of event " + std::to_string(seq), "another value");
            }
        }
    }

private:
    /// An edit tells also that a value is empty now.
    void add_edit(const SortedJson& detail, std::int64_t seq)
    {
        const auto changes = detail.is_object() ? detail.find("changes") : detail.end();
        if (changes == detail.end() || !changes->is_object()) {
            return;
        }
        for (std::size_t i = 0; i < kValues.size(); ++i) {
            if (const auto change = changes->find(kValues[i]); change != changes->end()) {
                told_values_[i] = {text_of(*change, "new"), seq};
            }
        }
    }

    struct Value
    {
        std::string text;
        std::int64_t seq = 0;
    };

    Uid uid_;
    std::string content_;
    std::string object_;
    std::string text_;
    std::array<std::string, kValues.size()> values_;
    int registered_ = 0;
    std::string told_content_;
    std::string told_text_;
    std::array<Value, kValues.size()> told_values_;
};

void check_rows(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT document.uid, document.title, document.number, document.symbol, document.kind, document.issuer,
               document.signer, document.issued_on, document.secrecy, document.use_mode, reader_list.title,
               file.content_hash, object.hash, text_object.hash, audit_detail.seq, audit_leaf.leaf, audit_detail.detail
          FROM document
          LEFT JOIN reader_list ON reader_list.id = document.reader_list_id
          LEFT JOIN file ON file.document_id = document.id AND file.ordinal = 1 AND file.version = 1
          LEFT JOIN object ON object.id = file.object_id
          LEFT JOIN object AS text_object ON text_object.id = file.text_object_id
          LEFT JOIN audit_detail ON audit_detail.object = document.uid
          LEFT JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         ORDER BY document.id, audit_detail.seq
    )sql");
    std::optional<Told> told;
    while (rows.step()) {
        if (!told || told->uid() != rows.text(kUid)) {
            if (told) {
                told->judge(faults);
            }
            told.emplace(rows);
        }
        if (!rows.is_null(kSeq)) {
            told->add(rows);
        }
    }
    if (told) {
        told->judge(faults);
    }
}

void check_events(db::ReadTx& tx, std::vector<HistoryFault>& faults)
{
    auto rows = tx.prepare(R"sql(
        SELECT audit_detail.object, audit_leaf.leaf
          FROM audit_detail
          JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         WHERE NOT EXISTS (SELECT 1 FROM document WHERE document.uid = audit_detail.object)
         ORDER BY audit_detail.seq
    )sql");
    while (rows.step()) {
        if (text_of(SortedJson::parse(rows.text(1), nullptr, false), "action") == kRegistered) {
            faults.push_back({rows.text(0), "a document", ""});
        }
    }
}

} // namespace

std::vector<HistoryFault> check_documents_against_history(db::Database& database)
{
    std::vector<HistoryFault> faults;
    auto tx = database.read();
    check_rows(tx, faults);
    check_events(tx, faults);
    return faults;
}

} // namespace vtlt::services
