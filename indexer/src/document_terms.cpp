// SPDX-License-Identifier: GPL-3.0-or-later
#include "document_terms.h"

#include <vtlt/core/catalog/kind.h>

#include "terms.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/store/text_object.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

namespace vtlt::indexer {
namespace {

/// Wider than any phrase, so that none reaches from the title into the text or from one file into the next.
constexpr std::uint32_t kGap = 64;
/// Words of one document that get positions (some 25 MB of text); later ones are found, but not as part of a longer
/// phrase.
constexpr std::uint32_t kMaxPositions = 4'000'000;
constexpr std::size_t kMaxCodeParts = 8;

struct StringHash
{
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

using WordIds = std::unordered_map<std::string, std::uint32_t, StringHash, std::equal_to<>>;
using WordSet = std::unordered_set<std::string, StringHash, std::equal_to<>>;

bool is_joiner(std::string_view between)
{
    return between == "/" || between == "-" || between == "\xE2\x80\x93";
}

/// Watches the stream of words for `3163/BC-BQP`: a number, a stroke, then parts joined by strokes and dashes, one with
/// letters.
class CodeWatcher
{
public:
    explicit CodeWatcher(WordSet& found) : found_(found) {}

    void see(std::string_view source, const text::Token& token)
    {
        const auto between = source.substr(end_, token.begin - end_);
        const bool joined = !key_.empty() && (parts_ == 1 ? between == "/" : is_joiner(between));
        if (joined && parts_ < kMaxCodeParts) {
            key_ += ' ';
            key_ += token.folded;
            ++parts_;
            has_letters_ = has_letters_ || !is_number_word(token.folded);
        } else {
            finish();
            if (is_number_word(token.folded)) {
                key_ = token.folded;
                parts_ = 1;
            }
        }
        end_ = token.end;
    }

    void finish_block()
    {
        finish();
        end_ = 0;
    }

private:
    void finish()
    {
        if (parts_ > 1 && has_letters_) {
            found_.insert(number_key(key_));
        }
        key_.clear();
        parts_ = 0;
        has_letters_ = false;
    }

    WordSet& found_;
    std::string key_;
    std::size_t parts_ = 0;
    std::size_t end_ = 0;
    bool has_letters_ = false;
};

/// Words of one text with their pairs; each distinct term reaches Xapian once, which costs half of adding them one by
/// one.
class TermCollector
{
public:
    void add(std::string_view block)
    {
        text::for_each_token(block, [&](const text::Token& token) {
            see(token);
            codes_.see(block, token);
        });
        codes_.finish_block();
    }

    /// What follows is no neighbour of what was before.
    void part(std::uint32_t gap)
    {
        position_ += gap;
        last_ = kNone;
    }

    std::uint32_t position() const { return position_; }

    void write_all(Xapian::Document& document) const
    {
        for (std::uint32_t id = 0; id < words_.size(); ++id) {
            const auto& word = *words_[id].name;
            for (const auto position : words_[id].positions) {
                document.add_posting(word, position);
            }
            if (words_[id].unplaced > 0) {
                document.add_term(word, words_[id].unplaced);
            }
        }
        write_pairs(document, kPairPrefix);
        for (const auto& exact : exact_) {
            document.add_boolean_term(term(kExactPrefix, exact));
        }
        for (const auto& code : met_) {
            add_short(document, kMetCodePrefix, code);
        }
    }

    /// Only words and pairs, under the prefixes of the title.
    void write_title(Xapian::Document& document) const
    {
        for (const auto& word : words_) {
            document.add_term(term(kTitlePrefix, *word.name),
                              static_cast<Xapian::termcount>(word.positions.size()) + word.unplaced);
        }
        write_pairs(document, kTitlePairPrefix);
    }

private:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    struct Word
    {
        const std::string* name = nullptr;
        std::vector<std::uint32_t> positions;
        std::uint32_t unplaced = 0;
    };

    static void add_short(Xapian::Document& document, std::string_view prefix, std::string_view key)
    {
        if (prefix.size() + key.size() <= kMaxTermSize) {
            document.add_boolean_term(term(prefix, key));
        }
    }

    std::uint32_t id_of(const std::string& folded)
    {
        if (const auto found = ids_.find(folded); found != ids_.end()) {
            return found->second;
        }
        const auto id = static_cast<std::uint32_t>(words_.size());
        const auto added = ids_.emplace(folded, id).first;
        words_.push_back({&added->first, {}, 0});
        return id;
    }

    void see(const text::Token& token)
    {
        const auto id = id_of(token.folded);
        if (position_ < kMaxPositions) {
            words_[id].positions.push_back(position_);
        } else {
            ++words_[id].unplaced;
        }
        if (last_ != kNone) {
            ++pairs_[std::uint64_t{last_} << 32U | id];
        }
        last_ = id;
        ++position_;
        if (token.exact != token.folded && token.exact.size() < kMaxTermSize &&
            exact_.find(token.exact) == exact_.end()) {
            exact_.insert(token.exact);
        }
    }

    void write_pairs(Xapian::Document& document, std::string_view prefix) const
    {
        std::string name;
        for (const auto& [pair, count] : pairs_) {
            name.assign(prefix);
            name += *words_[pair >> 32U].name;
            name += ' ';
            name += *words_[pair & 0xFFFFFFFFU].name;
            document.add_term(name, count);
        }
    }

    WordIds ids_;
    std::vector<Word> words_;
    std::unordered_map<std::uint64_t, std::uint32_t> pairs_;
    WordSet exact_;
    WordSet met_;
    CodeWatcher codes_{met_};
    std::uint32_t position_ = 1;
    std::uint32_t last_ = kNone;
};

void add_field(Xapian::Document& document, Field field, std::string_view key)
{
    const auto prefix = prefix_of(field);
    if (!key.empty() && prefix.size() + key.size() <= kMaxTermSize) {
        document.add_boolean_term(term(prefix, key));
    }
}

/// Words with positions of their own, so that several side by side can be asked for.
void add_field_words(Xapian::Document& document, Field field, std::string_view value)
{
    Xapian::termpos position = 0;
    text::for_each_token(value, [&](const text::Token& token) {
        document.add_posting(term(prefix_of(field), token.folded), ++position, 0);
        if (token.exact != token.folded) {
            add_field(document, field, token.exact); // to rank names with the accents typed first
        }
    });
}

std::string dossier_path(const catalog::DocumentView& view)
{
    return view.unit_code + "/" + (view.dossier_year ? std::to_string(*view.dossier_year) : "") + "/" +
           view.dossier_code;
}

void add_fields(Xapian::Document& document, const catalog::DocumentView& view)
{
    const auto& row = view.document;
    document.add_boolean_term(std::string{kEveryDocumentTerm});
    document.add_boolean_term(owner_term(row.unit));
    if (row.reader_list) {
        document.add_boolean_term(std::string{kListedTerm});
        document.add_boolean_term(list_term(*row.reader_list));
    }
    for (const auto set : row.sets) {
        document.add_boolean_term(set_term(set));
    }
    add_field(document, Field::number, number_key(row.number_symbol()));
    add_field(document, Field::number, number_key(row.number));
    add_field(document, Field::number, number_key(row.symbol));
    add_field(document, Field::kind, text::code_key(row.kind));
    add_field(document, Field::kind, text::code_key(catalog::kind_title(row.kind)));
    add_field_words(document, Field::issuer, row.issuer);
    add_field_words(document, Field::signer, row.signer);
    if (!view.dossier_code.empty()) {
        add_field(document, Field::dossier, text::code_key(view.dossier_code));
        add_field(document, Field::dossier, text::code_key(dossier_path(view)));
    }
    add_field(document, Field::unit, text::code_key(view.unit_code));
    add_field(document, Field::secrecy, text::code_key(secrecy_name(row.secrecy)));
    add_field(document, Field::mode, text::code_key(use_mode_name(row.mode)));
    add_field(document, Field::mode, text::code_key(use_mode_row(row.mode).vietnamese));
    if (row.issued_on) {
        for (const auto& day : day_terms(*row.issued_on)) {
            document.add_boolean_term(day);
        }
    }
}

void add_values(Xapian::Document& document, const catalog::DocumentView& view)
{
    const auto day = view.document.issued_on.value_or(day_in_vietnam(view.document.created_at));
    document.add_value(kSortDaySlot, std::to_string(to_int(day)));
    document.add_value(kRevisionSlot, std::to_string(view.document.revision));
}

/// False when the text object is gone or damaged.
bool add_text(TermCollector& terms, const std::filesystem::path& path)
{
    try {
        const store::TextObject text{path};
        for (std::size_t block = 0; block < text.size(); ++block) {
            terms.add(text.block(block));
        }
        return true;
    } catch (const Error& error) {
        if (error.kind() != Kind::corrupt) {
            throw;
        }
        return false;
    }
}

} // namespace

IndexedDocument make_document(const Home& home, const catalog::DocumentView& view)
{
    IndexedDocument out;
    auto& document = out.document;
    document.set_data(view.document.uid);

    TermCollector terms;
    // The own number first: 3163, bc and bqp are found as words too, also where the text does not repeat them.
    terms.add(view.document.number_symbol());
    terms.part(kGap);
    FilePositions positions{.title = terms.position(), .files = {}};
    terms.add(view.document.title);
    for (const auto& file : view.files) {
        if (file.text_state != catalog::TextState::present) {
            continue;
        }
        terms.part(kGap);
        positions.files.emplace_back(file.ordinal, terms.position());
        if (!add_text(terms, home.object(file.band, file.text_hash))) {
            document.add_boolean_term(std::string{kDamagedTextTerm});
        }
    }
    terms.write_all(document);

    TermCollector title;
    title.add(view.document.title);
    title.write_title(document);

    add_fields(document, view);
    add_values(document, view);
    document.add_value(kPositionsSlot, positions.encode());
    out.words = terms.position();
    return out;
}

} // namespace vtlt::indexer
