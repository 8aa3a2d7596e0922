// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/register_json.h>

#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

Json or_null(std::optional<int> value)
{
    return value ? Json(*value) : Json(nullptr);
}

} // namespace

Json register_json(const catalog::RegisterBook& book)
{
    return {{"id", book.uid},
            {"code", book.code},
            {"unit", book.unit_code},
            {"year", book.year},
            {"direction", catalog::direction_name(book.direction)},
            {"title", book.title},
            {"secrecy", secrecy_name(book.secrecy)},
            {"symbol", json_or_null(book.symbol)},
            {"number_form", catalog::number_form_name(book.form)},
            {"first_number", book.first_number},
            {"start_reason", json_or_null(book.start_reason)},
            {"next_number", book.next_number}};
}

Json register_entry_json(const services::EntryView& one)
{
    const auto& entry = one.entry;
    const auto& document = one.view.document;
    return {{"number", entry.number},
            {"document", document.uid},
            {"number_symbol", json_or_null(document.number_symbol())},
            {"kind", json_or_null(document.kind)},
            {"issuer", json_or_null(document.issuer)},
            {"signer", json_or_null(document.signer)},
            {"issued_on", json_or_null(document.issued_on)},
            {"entered_on", format_date(entry.entered_on)},
            {"arrived_at", entry.arrived_minute ? Json(catalog::format_hour(*entry.arrived_minute)) : Json(nullptr)},
            {"subject", document.title},
            {"secrecy", secrecy_name(document.secrecy)},
            {"due_on", json_or_null(entry.due_on)},
            {"urgency", catalog::urgency_name(entry.urgency)},
            {"medium", catalog::medium_name(entry.medium)},
            {"recipients", json_or_null(entry.recipients)},
            {"assignee", json_or_null(entry.assignee)},
            {"copies", or_null(entry.copies)},
            {"pages", or_null(entry.pages)},
            {"note", json_or_null(entry.note)},
            {"registered_at", format_instant(entry.registered_at)},
            {"voided", entry.voided_at.has_value()},
            {"void_reason", json_or_null(entry.void_reason)}};
}

Json duplicates_json(std::span<const services::LikelyDuplicate> duplicates)
{
    auto list = Json::array();
    for (const auto& one : duplicates) {
        list.push_back({{"id", one.document},
                        {"number_symbol", json_or_null(one.number_symbol)},
                        {"title", one.title},
                        {"issued_on", json_or_null(one.issued_on)},
                        {"strong", one.is_strong}});
    }
    return list;
}

Json findings_json(const catalog::BookFindings& findings)
{
    auto gaps = Json::array();
    for (const auto& gap : findings.gaps) {
        gaps.push_back({{"from", gap.from}, {"to", gap.to}});
    }
    auto voided = Json::array();
    for (const auto& one : findings.voided) {
        voided.push_back({{"number", one.number}, {"reason", one.reason}});
    }
    return {{"format_version", 1},
            {"gaps", gaps},
            {"voided", voided},
            {"duplicates", findings.duplicates},
            {"out_of_order", findings.out_of_order}};
}

} // namespace vtlt::webui
