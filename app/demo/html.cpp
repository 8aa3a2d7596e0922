// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/letters.h>
#include <app/demo/writers.h>

#include <vtlt/core/base/html.h>

#include <string_view>

namespace vtlt::demo {

namespace {

constexpr std::string_view kStyle =
    "body{font-family:'Times New Roman',serif;font-size:14pt;margin:20mm 20mm 20mm 30mm}"
    "p{margin:6pt 0;text-align:justify;text-indent:10mm}td{vertical-align:top}"
    ".c,.head td,.sign td.c{text-align:center;text-indent:0}.head{width:100%}.head "
    "p{text-align:center;text-indent:0;margin:0}"
    ".grid{border-collapse:collapse;width:100%}.grid td,.grid th{border:1px solid #000;padding:2pt 4pt}"
    ".sign{width:100%;margin-top:12pt}.sign p{text-indent:0;margin:0;font-size:11pt;text-align:left}";

std::string element(std::string_view tag, std::string_view text, std::string_view attributes = "")
{
    std::string out = "<" + std::string{tag};
    if (!attributes.empty()) {
        out += " " + std::string{attributes};
    }
    return out + ">" + escape_html(text) + "</" + std::string{tag} + ">\n";
}

std::string head(const Paper& paper)
{
    std::string out = "<table class=\"head\"><tr><td>\n" + element("p", paper.parent) +
                      element("p", paper.issuer, "style=\"font-weight:bold\"") + element("p", paper.number_line());
    if (paper.kind_name.empty()) {
        out += element("p", paper.subject);
    }
    if (!paper.urgency.empty()) {
        out += element("p", paper.urgency, "style=\"font-weight:bold\"");
    }
    return out + "</td><td>\n" + element("p", kMotto1, "style=\"font-weight:bold\"") +
           element("p", kMotto2, "style=\"font-weight:bold\"") +
           element("p", paper.date_line(), "style=\"font-style:italic\"") + "</td></tr></table>\n";
}

std::string table(const Paper::Block& block)
{
    std::string out = "<table class=\"grid\">\n";
    std::string_view tag = "th";
    for (const auto& row : block.rows) {
        out += "<tr>";
        for (const auto& cell : row) {
            out += "<" + std::string{tag} + ">" + escape_html(cell) + "</" + std::string{tag} + ">";
        }
        out += "</tr>\n";
        tag = "td";
    }
    return out + "</table>\n";
}

std::string paragraph(const Paper::Block& block)
{
    switch (block.style) {
    case Paper::Style::table:
        return table(block);
    case Paper::Style::section:
        return element("h2", block.text, "style=\"font-size:14pt\"");
    case Paper::Style::centred:
        return element("p", block.text, "class=\"c\" style=\"font-weight:bold\"");
    case Paper::Style::plain:
        return element("p", block.text, "class=\"c\"");
    case Paper::Style::ground:
        return element("p", block.text, "style=\"font-style:italic\"");
    default:
        break;
    }
    std::string out = "<p>";
    if (block.bold > 0) {
        out += "<b>" + escape_html(std::string_view{block.text}.substr(0, block.bold)) + "</b>";
    }
    return out + escape_html(std::string_view{block.text}.substr(block.bold)) + "</p>\n";
}

std::string foot(const Paper& paper)
{
    std::string out = "<table class=\"sign\"><tr><td>\n";
    if (!paper.secretary.empty()) {
        out += element("p", "THƯ KÝ", "style=\"font-weight:bold\"") + element("p", paper.secretary);
    }
    out += "<p><b><i>" + std::string{kRecipients} + "</i></b></p>\n";
    for (std::size_t i = 0; i < paper.recipients.size(); ++i) {
        out += element("p", "- " + paper.recipients[i] + (i + 1 == paper.recipients.size() ? "." : ";"));
    }
    out += "</td><td class=\"c\">\n";
    for (const auto& line : paper.capacity) {
        out += "<b>" + escape_html(line) + "</b><br>\n";
    }
    return out + "<br><br><br><b>" + escape_html(paper.signer_line()) + "</b></td></tr></table>\n";
}

} // namespace

std::string write_html(const Paper& paper, std::string_view title)
{
    std::string out = "<!DOCTYPE html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\">" + element("title", title) +
                      "<style>" + std::string{kStyle} + "</style></head>\n<body>\n" + head(paper);
    if (!paper.kind_name.empty()) {
        out += element("h1", upper(paper.kind_name), "class=\"c\" style=\"font-size:14pt\"") +
               element("p", paper.subject, "class=\"c\" style=\"font-weight:bold\"");
    }
    if (!paper.to.empty()) {
        out += "<p class=\"c\">" + std::string{kAddressees};
        for (const auto& to : paper.to) {
            out += "<br>\n- " + escape_html(to);
        }
        out += "</p>\n";
    }
    for (const auto& block : paper.body) {
        out += paragraph(block);
    }
    return out + foot(paper) + "</body>\n</html>\n";
}

} // namespace vtlt::demo
