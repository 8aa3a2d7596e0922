// SPDX-License-Identifier: GPL-3.0-or-later
#include "dataset.h"
#include "form_text.h"
#include "renderers.h"

#include <vtlt/core/base/html.h>

#include <algorithm>

namespace vtlt::forms {

namespace {

constexpr std::size_t kPortion = std::size_t{32} << 10;

constexpr std::string_view class_of(const Column& column)
{
    return column.align == Align::centre  ? " class=\"form-centre\""
           : column.align == Align::right ? " class=\"form-right\""
                                          : "";
}

std::string element(std::string_view tag, std::string_view text, std::string_view name = "")
{
    const std::string open{tag};
    return "<" + open + (name.empty() ? "" : " class=\"form-" + std::string{name} + "\"") + ">" + escape_html(text) +
           "</" + open + ">\n";
}

std::string elements(std::string_view tag, const std::vector<std::string>& lines, std::string_view name = "")
{
    std::string out;
    for (const auto& line : lines) {
        out += element(tag, line, name);
    }
    return out;
}

std::string head(const FormDef& form, const FormTexts& texts)
{
    std::string out;
    if (form.national_heading || !texts.issuer.empty()) {
        out += "<div class=\"form-head\">\n<div class=\"form-issuer\">\n" + elements("p", texts.issuer) + "</div>\n";
        if (form.national_heading) {
            out += "<div class=\"form-motto\">\n" + elements("p", words().motto) + "</div>\n";
        }
        out += "</div>\n";
    }
    return out;
}

std::string table_head(const FormDef& form, const FormTexts& texts)
{
    std::string out = "<table class=\"form-table\">\n<caption>\n" + elements("strong", texts.title, "title") +
                      elements("span", texts.subtitle, "subtitle") + "</caption>\n<thead>\n<tr>";
    for (const auto& column : form.columns) {
        out += "<th scope=\"col\">" + escape_html(column.caption) + "</th>";
    }
    out += "</tr>\n";
    if (form.column_numbers) {
        out += "<tr class=\"form-numbers\" aria-hidden=\"true\">";
        for (std::size_t i = 1; i <= form.columns.size(); ++i) {
            out += "<td>(" + std::to_string(i) + ")</td>";
        }
        out += "</tr>\n";
    }
    return out + "</thead>\n<tbody>\n";
}

void append_row(std::string& out, const FormDef& form, const PrintedRow& row)
{
    if (!row.heading.empty()) {
        out.append(row.is_minor ? "<tr class=\"form-minor\">" : "<tr class=\"form-major\">")
            .append("<th scope=\"colgroup\" colspan=\"")
            .append(std::to_string(form.columns.size()))
            .append("\">")
            .append(escape_html(row.heading))
            .append("</th></tr>\n");
        return;
    }
    out += row.is_total ? "<tr class=\"form-total\">" : "<tr>";
    for (std::size_t i = 0; i < row.texts.size(); ++i) {
        out.append("<td")
            .append(class_of(form.columns[i]))
            .append(">")
            .append(escape_html(row.texts[i]))
            .append("</td>");
    }
    out += "</tr>\n";
}

std::string foot(const FormTexts& texts)
{
    std::string out = "</tbody>\n</table>\n" + elements("p", texts.closing, "closing");
    if (!texts.signatures.empty()) {
        out += "<div class=\"form-signatures\">\n";
        for (const auto& signature : texts.signatures) {
            out += "<div class=\"form-signature\">\n";
            for (const auto& [text, name] : {std::pair{&signature.place_date, "date"},
                                             {&signature.title, "signer"},
                                             {&signature.hint, "hint"},
                                             {&signature.name, "name"}}) {
                out += text->empty() ? std::string{} : element("p", *text, name);
            }
            out += "</div>\n";
        }
        out += "</div>\n";
    }
    return out + elements("p", texts.notes, "note") + element("p", texts.made_at, "made") +
           element("p", texts.dataset, "dataset") + "</section>\n";
}

} // namespace

Rendered render_html(const FormDef& form, const FormData& data, const Sink& sink, const RenderOptions& options)
{
    Rendered known;
    const auto before = form_texts(form, data, known);
    Dataset dataset{form};
    std::string out = "<section class=\"form\" lang=\"vi\">\n" + head(form, before) + table_head(form, before);
    data.rows([&](const Row& row) {
        const auto& printed = dataset.add(row);
        if (options.preview_rows == 0 || dataset.rows() <= options.preview_rows) {
            append_row(out, form, printed);
        }
        if (out.size() >= kPortion) {
            sink(out);
            out.clear();
        }
    });
    if (const auto total = dataset.total()) {
        append_row(out, form, *total);
    }
    known = {.rows = dataset.rows(), .pages = 0, .sha256 = dataset.finish_hash()};
    if (options.preview_rows != 0 && known.rows > options.preview_rows) {
        const Values values{{"shown", grouped(static_cast<std::int64_t>(options.preview_rows))},
                            {"rows", grouped(static_cast<std::int64_t>(known.rows))}};
        out += "<tr class=\"form-more\"><td colspan=\"" + std::to_string(form.columns.size()) + "\">" +
               escape_html(fill(words().preview, values)) + "</td></tr>\n";
    }
    out += foot(form_texts(form, data, known));
    sink(out);
    return known;
}

} // namespace vtlt::forms
