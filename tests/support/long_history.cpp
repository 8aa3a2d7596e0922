// SPDX-License-Identifier: GPL-3.0-or-later
/// A long history as a home would have it: vtlt-long-history FOLDER EVENTS CHECKPOINTS SEED. Leaves, tree, tiles and
/// signatures are core/audit's own; only who did what is drawn by lot.
#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/home.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace vtlt;

/// A transaction's events at the most: as intake writes them.
constexpr std::uint64_t kBatch = 2000;
constexpr std::array kActions{"document.registered", "document.text_read", "document.edited", "session.opened",
                              "upload.completed",    "sign_in.failed",     "dossier.opened"};

class Lots
{
public:
    explicit Lots(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>{0, end - 1}(random_); }
    std::string uid()
    {
        constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        std::string text(kUidLength, '0');
        std::ranges::generate(text, [&] { return kDigits[below(kDigits.size())]; });
        return text;
    }

private:
    std::mt19937_64 random_;
};

void add_events(db::Database& database, const Clock& clock, Lots& lots, const std::vector<std::string>& people,
                std::uint64_t count)
{
    for (std::uint64_t done = 0; done < count;) {
        const auto size = std::min(kBatch, count - done);
        std::vector<audit::Event> events;
        for (std::uint64_t i = 0; i < size; ++i) {
            events.push_back({kActions.at(lots.below(kActions.size())), lots.uid(), {{"place", done + i}}});
        }
        auto actor = auth::operator_actor();
        actor.name = people.at(lots.below(people.size()));
        auto tx = database.write();
        audit::record_events(tx, clock, actor, events);
        tx.commit();
        done += size;
    }
}

void make_history(const Home& home, std::uint64_t events, std::uint64_t checkpoints, std::uint64_t seed)
{
    for (const auto& folder : {home.root(), home.audit(), home.keys()}) {
        std::filesystem::create_directories(folder);
    }
    audit::make_audit_key(home, "LONGHISTORY000000000");
    db::Database database{home.catalog(), db::Database::Mode::writable};
    db::migrate(database);
    Lots lots{seed};
    std::vector<std::string> people{"operator:1000", "nobody"};
    std::generate_n(std::back_inserter(people), 30, [&] { return lots.uid(); });
    FixedClock clock{*parse_instant("2022-01-01T00:00:00Z")};
    for (std::uint64_t number = 1; number <= checkpoints; ++number) {
        const auto until = events * number / checkpoints;
        add_events(database, clock, lots, people, until - events * (number - 1) / checkpoints);
        clock.set(clock.now() + std::chrono::hours{9});
        audit::write_checkpoint(home, database, clock);
    }
}

} // namespace

int main(int count, char** words)
{
    if (count != 5) {
        std::cerr << "vtlt-long-history FOLDER EVENTS CHECKPOINTS SEED\n";
        return 2;
    }
    const auto number = [&](int at) { return std::strtoull(words[at], nullptr, 10); };
    try {
        make_history(Home{words[1]}, number(2), number(3), number(4));
    } catch (const Error& error) {
        std::cerr << error.code() << "\n";
        return 1;
    }
    return 0;
}
