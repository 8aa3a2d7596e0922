// SPDX-License-Identifier: GPL-3.0-or-later
#include "register_list.h"

#include "register_page.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/kind.h>

#include <array>
#include <cstring>
#include <utility>

namespace vtlt::export_ {

namespace {

/// What a row keeps besides its number, which is its place: in the spool an i64 and then, for each text, a u32 length
/// and the bytes, as this machine has them; nobody else reads it.
struct Record
{
    std::int64_t issued_on = 0;
    std::array<std::string, 5> texts; ///< number and symbol, kind and subject, issuer, note, dossier
};

void append_number(std::string& out, auto number)
{
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    out.append(bytes.data(), bytes.size());
}

/// Reads whole records from pieces that end anywhere.
class RecordReader
{
public:
    void feed(std::string_view piece) { buffer_ = buffer_.substr(std::exchange(at_, 0)).append(piece); }

    bool next(Record& record)
    {
        const auto begin = at_;
        bool is_whole = number(record.issued_on);
        for (auto& text : record.texts) {
            std::uint32_t size = 0;
            is_whole = is_whole && number(size) && buffer_.size() - at_ >= size;
            if (is_whole) {
                text.assign(buffer_, at_, size);
                at_ += size;
            }
        }
        at_ = is_whole ? at_ : begin;
        return is_whole;
    }
    bool is_empty() const { return at_ == buffer_.size(); }

private:
    bool number(auto& value)
    {
        if (buffer_.size() - at_ < sizeof value) {
            return false;
        }
        std::memcpy(&value, buffer_.data() + at_, sizeof value);
        at_ += sizeof value;
        return true;
    }

    std::string buffer_;
    std::size_t at_ = 0;
};

/// "Quyết định. Về việc …", unless the subject begins with the name of the kind itself.
std::string kind_subject(const catalog::Document& values)
{
    const auto known = catalog::kind_title(values.kind);
    const auto kind = known.empty() ? values.kind : std::string{known};
    if (kind.empty() || text::exact_form(values.title).starts_with(text::exact_form(kind))) {
        return values.title;
    }
    return values.title.empty() ? kind : kind + ". " + values.title;
}

std::string word(std::string_view name, std::uint64_t count = 0)
{
    const auto& words = register_form().words;
    const auto found = words.find(name);
    ensure(found != words.end(), "the form of the register has the words of its notes");
    return forms::fill(found->second, {{"count", std::to_string(count)}});
}

std::string note(const catalog::DocumentView& view)
{
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
    if (view.document.secrecy != Secrecy::open) {
        add(word(secrecy_name(view.document.secrecy)));
    }
    // Of the modes of use the one that somebody decided on: what has a grade is mật, the rest có điều kiện.
    if (view.document.mode == UseMode::open) {
        add(word("use_open"));
    }
    if (view.files.empty()) {
        add(word("no_file"));
    } else if (view.files.size() > 1) {
        add(word("files", view.files.size()));
    }
    std::uint64_t pages = 0;
    for (const auto& file : view.files) {
        pages += static_cast<std::uint64_t>(file.pages.value_or(0));
    }
    if (pages > 0) {
        add(word("pages", pages));
    }
    return out;
}

} // namespace

const forms::FormDef& register_form()
{
    return forms::get_form("package_register");
}

void RegisterList::add(const catalog::DocumentView& view)
{
    const auto& values = view.document;
    record_.clear();
    append_number(record_, values.issued_on ? to_int(*values.issued_on) : std::int64_t{0});
    for (const auto& text : {values.number_symbol(), kind_subject(values), values.issuer, note(view),
                             values.dossier ? dossier_name(view) : std::string{}}) {
        append_number(record_, static_cast<std::uint32_t>(text.size()));
        record_ += text;
    }
    spool_.append(record_);
}

void RegisterList::give_back(const forms::OnRow& output, const std::function<void()>& on_row) const
{
    RecordReader reader;
    Record record;
    forms::Row row;
    std::int64_t ordinal = 0;
    spool_.drain([&](std::string_view piece) {
        reader.feed(piece);
        while (reader.next(record)) {
            auto& [number_symbol, subject, issuer, note, dossier] = record.texts;
            const auto date = date_from_int(record.issued_on);
            row.cells = {++ordinal,
                         std::move(number_symbol),
                         date ? forms::Cell{*date} : forms::Cell{},
                         std::move(subject),
                         std::move(issuer),
                         // Which sheets of its dossier a document takes is known of paper only; the catalogue has no
                         // field for it yet, and the number of pages is not the same: that stands in the note.
                         {},
                         std::move(note),
                         std::move(dossier)};
            output(row);
            on_row();
        }
    });
    ensure(reader.is_empty(), "the spooled rows of the register are whole");
}

forms::FormData RegisterList::data(const RegisterHeading& heading, std::function<void()> on_row) const
{
    forms::FormData data;
    // Whoever gives a query and no title has it in both.
    data.values = {{"title", heading.title == heading.query ? std::string{} : heading.title},
                   {"query", heading.query},
                   {"asked_by", heading.asked_by},
                   {"files", std::to_string(heading.files)}};
    if (heading.highest != Secrecy::open) {
        data.values["highest"] = word(secrecy_name(heading.highest));
    }
    data.made_at = heading.made_at;
    data.rows = [this, on_row = std::move(on_row)](const forms::OnRow& output) { give_back(output, on_row); };
    return data;
}

std::uint64_t register_list_text(const catalog::DocumentView& view)
{
    return view.document.number_symbol().size() + view.document.title.size() + view.document.issuer.size() +
           view.unit_code.size() + view.dossier_code.size();
}

} // namespace vtlt::export_
