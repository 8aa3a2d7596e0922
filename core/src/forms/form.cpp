// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/forms/form.h>

#include "form_assets.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace vtlt::forms {

namespace {

template <class T, std::size_t N>
using Words = std::array<std::pair<std::string_view, T>, N>;

constexpr Words<Align, 3> kAligns{{{"left", Align::left}, {"centre", Align::centre}, {"right", Align::right}}};
constexpr Words<CellType, 3> kTypes{{{"text", CellType::text}, {"number", CellType::number}, {"date", CellType::date}}};
constexpr Words<Orientation, 2> kOrientations{
    {{"portrait", Orientation::portrait}, {"landscape", Orientation::landscape}}};
constexpr std::size_t kMaxColumns = 30;

/// One object of the file: reads its members, notes what is wrong with them, and what nobody has asked for.
class Reader
{
public:
    Reader(const Json& json, std::string pointer, std::vector<Problem>& problems)
        : json_(json), pointer_(std::move(pointer)), problems_(problems)
    {
        if (!json_.is_object()) {
            wrong("", "form.type");
        }
    }

    const Json* find(std::string_view name)
    {
        known_.emplace(name);
        const auto found = json_.is_object() ? json_.find(name) : json_.end();
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }

    std::string text(std::string_view name, bool is_needed = false)
    {
        const auto* value = find(name);
        if (value == nullptr ? is_needed : !value->is_string()) {
            wrong(name, "form.type");
        }
        auto text = value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
        if (is_needed && value != nullptr && text.empty()) {
            wrong(name, "form.empty");
        }
        return text;
    }

    bool flag(std::string_view name, bool otherwise = false)
    {
        const auto* value = find(name);
        if (value != nullptr && !value->is_boolean()) {
            wrong(name, "form.type");
        }
        return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
    }

    double number(std::string_view name, double otherwise, double least, double most)
    {
        const auto* value = find(name);
        if (value == nullptr) {
            return otherwise;
        }
        const double number = value->is_number() ? value->get<double>() : least - 1;
        if (number < least || number > most) {
            wrong(name, "form.range");
        }
        return number;
    }

    template <class T, std::size_t N>
    T word(std::string_view name, const Words<T, N>& words, T otherwise)
    {
        const auto text = this->text(name);
        const auto found = std::ranges::find(words, text, &std::pair<std::string_view, T>::first);
        if (found != words.end()) {
            return found->second;
        }
        if (!text.empty()) {
            wrong(name, "form.word");
        }
        return otherwise;
    }

    std::optional<Date> date(std::string_view name)
    {
        const auto text = this->text(name);
        const auto date = parse_date(text);
        if (!text.empty() && !date) {
            wrong(name, "form.date");
        }
        return date;
    }

    /// Calls `on_item` with each item and its pointer.
    template <class F>
    void each(std::string_view name, F&& on_item)
    {
        const auto* value = find(name);
        if (value == nullptr) {
            return;
        }
        if (!value->is_array()) {
            wrong(name, "form.type");
            return;
        }
        for (std::size_t i = 0; i < value->size(); ++i) {
            on_item((*value)[i], pointer_ + "/" + std::string{name} + "/" + std::to_string(i));
        }
    }

    std::vector<Line> lines(std::string_view name)
    {
        std::vector<Line> lines;
        each(name, [&](const Json& item, const std::string& pointer) {
            if (item.is_string()) {
                lines.push_back({item.get<std::string>()});
                return;
            }
            Reader line{item, pointer, problems_};
            lines.push_back({line.text("text", true), line.flag("optional")});
            line.finish();
        });
        return lines;
    }

    void wrong(std::string_view name, std::string code)
    {
        problems_.push_back({pointer_ + (name.empty() ? "" : "/") + std::string{name}, std::move(code), {}});
    }

    /// A misspelt member must not be silently ignored.
    void finish()
    {
        for (auto member = json_.begin(); json_.is_object() && member != json_.end(); ++member) {
            if (!known_.contains(member.key())) {
                wrong(member.key(), "form.unknown_member");
            }
        }
    }

private:
    const Json& json_;
    std::string pointer_;
    std::vector<Problem>& problems_;
    std::set<std::string, std::less<>> known_;
};

Column read_column(const Json& json, const std::string& pointer, std::vector<Problem>& problems)
{
    Reader in{json, pointer, problems};
    Column column{.key = in.text("key", true),
                  .caption = in.text("caption", true),
                  .width = in.number("width", 0, 0.1, 1000),
                  .align = in.word("align", kAligns, Align::left),
                  .type = in.word("type", kTypes, CellType::text),
                  .sum = in.flag("sum")};
    if (in.find("width") == nullptr) {
        in.wrong("width", "form.range");
    }
    if (column.sum && column.type != CellType::number) {
        in.wrong("sum", "form.sum");
    }
    in.finish();
    return column;
}

void read_columns(Reader& in, FormDef& form, std::vector<Problem>& problems)
{
    std::set<std::string> keys;
    in.each("columns", [&](const Json& item, const std::string& pointer) {
        form.columns.push_back(read_column(item, pointer, problems));
        if (!keys.insert(form.columns.back().key).second) {
            problems.push_back({pointer + "/key", "form.repeated", {}});
        }
    });
    if (form.columns.empty() || form.columns.size() > kMaxColumns) {
        in.wrong("columns", "form.columns");
    }
    form.column_numbers = in.flag("column_numbers", true);
    form.total_caption = in.text("total_caption");
}

void read_page(Reader& in, FormDef& form, std::vector<Problem>& problems)
{
    const auto* json = in.find("page");
    if (json == nullptr) {
        return;
    }
    Reader page{*json, "/page", problems};
    form.orientation = page.word("orientation", kOrientations, Orientation::portrait);
    std::vector<double> margins;
    page.each("margins_mm", [&](const Json& item, const std::string& pointer) {
        margins.push_back(item.is_number() ? item.get<double>() : -1);
        if (margins.back() < 8 || margins.back() > 60) {
            problems.push_back({pointer, "form.range", {}});
        }
    });
    if (margins.size() == 4) {
        form.margins = {margins[0], margins[1], margins[2], margins[3]};
    } else if (!margins.empty()) {
        page.wrong("margins_mm", "form.range");
    }
    page.finish();
}

std::vector<Signature> read_signatures(Reader& in, std::vector<Problem>& problems)
{
    std::vector<Signature> signatures;
    in.each("signatures", [&](const Json& item, const std::string& pointer) {
        Reader one{item, pointer, problems};
        signatures.push_back({one.text("title", true), one.text("hint"), one.text("name"), one.flag("dated")});
        one.finish();
    });
    return signatures;
}

FormDef read_form(const Json& json, std::vector<Problem>& problems)
{
    Reader in{json, "", problems};
    FormDef form;
    in.number("format_version", 0, 1, 1);
    form.id = in.text("id", true);
    form.version = static_cast<int>(in.number("version", 1, 1, 1000));
    form.legal_source = in.text("legal_source", true);
    const auto valid_from = in.date("valid_from");
    if (!valid_from) {
        in.wrong("valid_from", "form.date");
    }
    form.valid_from = valid_from.value_or(Date{});
    form.valid_to = in.date("valid_to");
    read_page(in, form, problems);
    form.font_size = in.number("font_size", 12, 7, 16);
    form.national_heading = in.flag("national_heading");
    form.issuer = in.lines("issuer");
    form.title = in.lines("title");
    if (form.title.empty()) {
        in.wrong("title", "form.empty");
    }
    form.subtitle = in.lines("subtitle");
    read_columns(in, form, problems);
    form.closing = in.lines("closing");
    form.notes = in.lines("notes");
    form.signatures = read_signatures(in, problems);
    if (const auto* words = in.find("words")) {
        Reader list{*words, "/words", problems};
        for (auto word = words->begin(); words->is_object() && word != words->end(); ++word) {
            form.words[word.key()] = list.text(word.key(), true);
        }
    }
    in.finish();
    return form;
}

std::vector<FormDef> load_forms()
{
    std::vector<FormDef> forms;
    for (const auto& file : form_assets::files()) {
        if (file.name != kWordsFile) {
            forms.push_back(parse_form(file.text()));
        }
    }
    std::ranges::sort(forms, [](const FormDef& a, const FormDef& b) {
        return std::pair{std::string_view{a.id}, a.valid_from} < std::pair{std::string_view{b.id}, b.valid_from};
    });
    return forms;
}

} // namespace

FormDef parse_form(std::string_view json)
{
    std::vector<Problem> problems;
    auto form = read_form(parse_json(json), problems);
    if (!problems.empty()) {
        throw Error{Kind::invalid, "form.invalid", {{"form", form.id}}, std::move(problems)};
    }
    return form;
}

const std::vector<FormDef>& list_forms()
{
    static const auto forms = load_forms();
    return forms;
}

const FormDef& get_form(std::string_view id, std::optional<Date> on)
{
    const FormDef* found = nullptr;
    for (const auto& form : list_forms()) {
        const bool is_valid = !on || (form.valid_from <= *on && (!form.valid_to || *on <= *form.valid_to));
        if (form.id == id && is_valid) {
            found = &form;
        }
    }
    if (found == nullptr) {
        throw Error{Kind::not_found, "form.unknown", {{"form", std::string{id}}}};
    }
    return *found;
}

} // namespace vtlt::forms
