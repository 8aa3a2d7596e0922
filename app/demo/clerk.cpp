// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/clerk.h>

#include <app/demo/letters.h>

#include <algorithm>
#include <array>

namespace vtlt::demo {

namespace {

/// How many sections a document has and how often: most fill a page or two, a few six.
constexpr std::array<std::size_t, 6> kLengths{1, 2, 3, 5, 8, 12};
constexpr std::array<int, 6> kLengthWeights{46, 27, 14, 7, 4, 2};

/// A post and who holds it; people stay four years.
struct Post
{
    std::string_view acting; ///< "KT.", "TL." or empty
    std::string_view title;
    std::size_t chair; ///< tells two deputies apart
    std::string_view rank;
};

Post post_of(const Office& office, std::string_view kind, Random& random)
{
    const bool light = kind == "CV" || kind == "GM" || kind == "TB";
    const auto dice = random.below(100);
    if (light && dice < 24) {
        return {"TL.", office.office_head, 9, office.military ? "Thượng tá" : ""};
    }
    if (dice < 62) {
        const auto chair = 1 + random.below(3);
        return {"KT.", office.head_deputy, chair, office.military ? (chair == 1 ? "Đại tá" : "Thượng tá") : ""};
    }
    return {"", office.head, 0, office.military ? "Đại tá" : ""};
}

std::string holder_of(std::uint64_t seed, std::size_t office, std::size_t chair, int year, const Context& context)
{
    const auto term = static_cast<std::uint64_t>(year + static_cast<int>(chair)) / 4;
    auto random = Random::at(seed, {office, chair, term, 0x516e});
    return Writer{random, context}.write("person");
}

/// "CHC-QN" → "QN", the drafting division, for the last line of the recipients.
std::string division_of(std::string_view letter_symbol)
{
    return std::string{letter_symbol.substr(letter_symbol.rfind('-') + 1)};
}

void choose_recipients(Paper& paper, Writer& writer, Random& random)
{
    if (!paper.to.empty()) {
        paper.recipients.push_back("Như trên");
    }
    for (const auto& block : paper.body) {
        if (block.style == Paper::Style::article && block.text.find("chịu trách nhiệm thi hành") != std::string::npos) {
            paper.recipients.push_back("Như " + block.text.substr(0, block.text.find('.')));
        }
    }
    const auto others = 1 + random.below(3);
    for (std::size_t i = 0; i < others; ++i) {
        auto other = writer.write_unit("to");
        if (std::ranges::find(paper.recipients, other) == paper.recipients.end() &&
            std::ranges::find(paper.to, other) == paper.to.end()) {
            paper.recipients.push_back(std::move(other));
        }
    }
    auto copy = "Lưu: VT, " + division_of(writer.write_unit("cv"));
    if (random.percent(60)) {
        constexpr std::string_view kInitials = "ABDHKLMNPSTV";
        copy += ". ";
        copy += kInitials[random.below(kInitials.size())];
        copy += grouped(random.between(3, 45), 2);
    }
    paper.recipients.push_back(std::move(copy));
}

/// Before the text is written: minutes name who signs them.
void choose_signer(Paper& paper, const Office& office, std::uint64_t seed, std::size_t office_index, Context& context,
                   Random& random)
{
    const auto post = post_of(office, paper.kind, random);
    if (paper.kind == "BB") {
        paper.capacity = {"CHỦ TỌA"};
        paper.secretary = Writer{random, context}.write("person");
    } else if (post.acting.empty()) {
        paper.capacity = {upper(post.title)};
    } else {
        paper.capacity = {std::string{post.acting} + " " + upper(office.head), upper(post.title)};
    }
    paper.signer_rank = post.rank;
    paper.signer = holder_of(seed, office_index, post.chair, int{paper.date.year()}, context);
    context.signer = paper.signer;
    context.signer_post = post.title;
    context.secretary = paper.secretary;
}

/// The first words of a subject, for a file name that is not too long.
std::string first_words(std::string_view text, std::size_t words)
{
    std::size_t end = 0;
    while (words > 0 && end != text.npos) {
        end = text.find(' ', end + 1);
        --words;
    }
    std::string out{text.substr(0, end)};
    std::erase_if(out, [](char c) { return c == '/' || c == ',' || c == '"' || c == ':'; });
    return out;
}

/// Names as offices give them; each holds the number with the symbol or kind, which no other file of the dossier
/// shares.
std::string file_name_of(const Paper& paper, std::string_view kind_name, const std::string& subject, Random& random)
{
    auto number_symbol = paper.number + "_" + paper.symbol;
    switch (random.below(8)) {
    case 0:
    case 1:
        return number_symbol;
    case 2:
        return paper.number + "-" + slug(paper.symbol, 9) + "-" + slug(subject, 8);
    case 3:
        return std::string{kind_name} + " số " + paper.number + " " + first_words(subject, 7);
    case 4:
        return std::to_string(to_int(paper.date)) + "_" + number_symbol;
    case 5:
        return upper(slug(paper.kind, 1)) + " " + paper.number + " " + slug(subject, 6);
    case 6:
        return decomposed(paper.kind + " " + paper.number + " " + first_words(subject, 6));
    default:
        return number_symbol + " " + first_words(subject, 5);
    }
}

} // namespace

Drafted draft(std::uint64_t seed, std::size_t office_index, const Slot& slot, std::string_view topic, Random& random)
{
    const auto& office = offices()[office_index];
    const auto& kind = kinds()[slot.kind];
    const bool letter = kind.code == "CV";
    Context context{.topic = topic,
                    .unit_code = office.unit.code,
                    .unit = office.unit.title,
                    .parent = office.unit.parent,
                    .head = office.head,
                    .head_deputy = office.head_deputy,
                    .subject = {},
                    .title = {},
                    .signer = {},
                    .signer_post = {},
                    .secretary = {},
                    .date = slot.date};
    context.length = std::min(kLengths.at(random.weighted(kLengthWeights)), kind.longest);
    Writer writer{random, context};
    context.subject = writer.write_topic("subject");
    const auto lead = writer.write("lead." + std::string{kind.code});
    context.title = lead.empty() ? context.subject : lead + " " + context.subject;

    Drafted drafted;
    auto& paper = drafted.paper;
    paper.parent = upper(office.short_parent);
    paper.issuer = upper(office.printed);
    paper.kind = kind.code;
    paper.number = slot.number;
    paper.symbol = letter ? writer.write_unit("cv") : std::string{kind.code} + "-" + writer.write_unit("abbr");
    paper.place = office.place;
    paper.date = slot.date;
    if (letter) {
        paper.subject = "V/v " + context.subject;
        drafted.title = paper.subject;
    } else {
        paper.kind_name = kind.name;
        paper.subject = context.title;
        capitalise(paper.subject, 0);
        drafted.title = paper.kind_name + " " + context.title;
    }
    if (kind.code == "CĐ" || (letter && random.percent(3))) {
        paper.urgency = kind.code == "CĐ" ? "HỎA TỐC" : "KHẨN";
    }
    if (letter || kind.code == "TTr" || kind.code == "GM" || kind.code == "CĐ") {
        const auto addressees = kind.code == "TTr" ? 1 : 1 + random.below(3);
        for (std::size_t i = 0; i < addressees; ++i) {
            auto to = kind.code == "TTr" ? std::string{office.unit.parent} : writer.write_unit("to");
            if (std::ranges::find(paper.to, to) == paper.to.end()) {
                paper.to.push_back(std::move(to));
            }
        }
    }
    choose_signer(paper, office, seed, office_index, context, random);
    paper.body = blocks_of(writer.write("doc." + std::string{kind.code}));
    choose_recipients(paper, writer, random);
    drafted.file_name = file_name_of(paper, kind.name, context.subject, random);
    return drafted;
}

} // namespace vtlt::demo
