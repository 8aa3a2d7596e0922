// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/services/history_extract.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;

namespace {

/// An archive with a history of `count` events after those of its making.
class ExtractHome
{
public:
    ExtractHome()
    {
        services::init_archive(folder_.path() / "home", morning(), auth::operator_actor(), {});
        archive_ = std::make_unique<services::Archive>(folder_.path() / "home", services::Archive::Mode::write);
    }

    void record(int count, const SortedJson& detail = {{"title", "Tờ trình"}})
    {
        std::vector<audit::Event> events;
        for (int i = 0; i < count; ++i) {
            events.push_back({"dossier.opened", make_uid(), detail});
        }
        auto tx = archive().database().write();
        audit::record_events(tx, morning(), auth::operator_actor(), events);
        tx.commit();
    }
    services::Archive& archive() { return *archive_; }

private:
    TempDir folder_;
    std::unique_ptr<services::Archive> archive_;
};

services::ExtractRequest request(services::ExtractFormat format)
{
    return {.filter = {.action = "dossier."},
            .asked = {{"action", "dossier."}},
            .format = format,
            .asked_by = "Nguyễn Thị Lan",
            .who = [](const services::HistoryEvent& one) { return one.event.actor; },
            .what = [](const std::string& action) { return "việc " + action; }};
}

std::string bytes_of(const services::HistoryExtract& extract)
{
    std::string bytes(extract.size, '\0');
    REQUIRE(read_at(extract.file.get(), bytes.data(), bytes.size(), 0, "extract") == bytes.size());
    return bytes;
}

std::vector<std::string> lines_of(const std::string& text, const std::string& end)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto next = text.find(end, at);
        lines.push_back(text.substr(at, next - at));
        at = next == std::string::npos ? text.size() : next + end.size();
    }
    return lines;
}

} // namespace

TEST_CASE("an extract holds what the list gives and is signed with the history's key", "[audit][extract]")
{
    ExtractHome home;
    home.record(2500);
    const auto extract = services::extract_history(home.archive(), morning(), auth::operator_actor(),
                                                   request(services::ExtractFormat::csv));
    const auto bytes = bytes_of(extract);
    const auto lines = lines_of(bytes, "\r\n");
    CHECK(extract.events == 2500);
    REQUIRE(lines.size() == 2501);
    CHECK(lines[0] == "\xEF\xBB\xBF"
                      "event,at,who,actor,action,action_text,object,object_name,hidden,detail,leaf_hash");
    CHECK(extract.sha256 == sha256_hex(bytes));

    auto tx = home.archive().database().read();
    auto select = tx.prepare("SELECT seq, leaf FROM audit_leaf WHERE leaf LIKE ?1 ORDER BY seq DESC");
    select.bind(1, R"({"action":"dossier.opened",%)");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        REQUIRE(select.step());
        CHECK(lines[i].starts_with(std::to_string(select.integer(0)) + ",2022-09-20T10:00:00.000+07:00,"));
        CHECK(lines[i].ends_with("," + to_hex(audit::leaf_hash(select.text(1)))));
    }

    const auto key = audit::read_audit_key(home.archive().home());
    const auto signed_lines = lines_of(key.open(extract.signature), "\n");
    REQUIRE(signed_lines.size() == 8);
    CHECK(signed_lines[0] == key.name());
    CHECK(signed_lines[1] == "extract " + extract.uid);
    CHECK(signed_lines[2] == "sha256 " + extract.sha256);
    CHECK(signed_lines[3] == "size " + std::to_string(bytes.size()));
    CHECK(signed_lines[4] == "events 2500");
    CHECK(signed_lines[5] == R"(filter {"action":"dossier."})");
    CHECK(signed_lines[6].starts_with("checkpoint " + std::to_string(extract.checkpoint.head.size) + " "));
    CHECK(signed_lines[7] == "time 2022-09-20T03:00:00.000Z");
    // Neither is ever taken for the other.
    CHECK(refusal([&] { audit::open_checkpoint(key, extract.signature); }) == "corrupt audit.checkpoint");
}

TEST_CASE("an extract is an event, and not one of its own", "[audit][extract]")
{
    ExtractHome home;
    home.record(3);
    auto all = request(services::ExtractFormat::csv);
    all.filter = {};
    all.asked = SortedJson::object();
    const auto first = services::extract_history(home.archive(), morning(), auth::operator_actor(), all);
    CHECK(bytes_of(first).find("audit.extracted") == std::string::npos);
    const auto second = services::extract_history(home.archive(), morning(), auth::operator_actor(), all);
    CHECK(second.events == first.events + 1);
    CHECK(bytes_of(second).find("audit.extracted") != std::string::npos);
    const auto events = services::list_history(home.archive(), auth::operator_actor(),
                                               {.action = "audit.extracted", .object = first.uid}, 10);
    REQUIRE(events.size() == 1);
    CHECK(events[0].event.detail->at("sha256") == first.sha256);
    CHECK(events[0].event.detail->at("events") == first.events);
    CHECK(audit::verify_audit(home.archive().home(), home.archive().database()).ok);
}

TEST_CASE("who may not read the history gets no extract, and no event tells of one", "[audit][extract]")
{
    ExtractHome home;
    const auth::Actor stranger{
        .type = auth::Actor::Type::person, .name = make_uid(), .clearance = Secrecy::tuyet_mat, .unit = {}};
    CHECK(refusal([&] {
              services::extract_history(home.archive(), morning(), stranger, request(services::ExtractFormat::csv));
          }) == "forbidden auth.forbidden");
    CHECK(services::list_history(home.archive(), auth::operator_actor(), {.action = "audit."}, 10).empty());
}

TEST_CASE("a detail above the reader's grade is in no extract", "[audit][extract]")
{
    ExtractHome home;
    home.record(1, {{"title", "tên của bí mật"}, {"secrecy", "toi_mat"}});
    home.record(1, {{"title", "tên thường"}, {"secrecy", "open"}});
    const auth::Actor auditor{.type = auth::Actor::Type::person,
                              .name = make_uid(),
                              .clearance = Secrecy::open,
                              .unit = {},
                              .grants = {{.role = auth::Role::auditor}}};
    const auto bytes =
        bytes_of(services::extract_history(home.archive(), morning(), auditor, request(services::ExtractFormat::csv)));
    CHECK(bytes.find("tên của bí mật") == std::string::npos);
    CHECK(bytes.find(",true,,") != std::string::npos);
    CHECK(bytes.find("tên thường") != std::string::npos);
}

TEST_CASE("no cell of an extract is a formula, and each is one cell", "[audit][extract]")
{
    ExtractHome home;
    home.record(1);
    auto asked = request(services::ExtractFormat::csv);
    const auto [name, cell] =
        GENERATE(table<std::string, std::string>({{"=1+1", "\"'=1+1\""},
                                                  {"+84", "\"'+84\""},
                                                  {"-1", "\"'-1\""},
                                                  {"@SUM(A1)", "\"'@SUM(A1)\""},
                                                  {"\tx", "\"'\tx\""},
                                                  {"Lan, \"phòng\" 1", "\"Lan, \"\"phòng\"\" 1\""},
                                                  {"hai\ndòng", "\"hai\ndòng\""},
                                                  {"Nguyễn Lan", "Nguyễn Lan"}}));
    asked.who = [&name = name](const services::HistoryEvent&) { return name; };
    const auto bytes = bytes_of(services::extract_history(home.archive(), morning(), auth::operator_actor(), asked));
    CHECK(bytes.find(".000+07:00," + cell + ",operator:") != std::string::npos);
}

TEST_CASE("an extract for paper is a PDF, of ten thousand events at the most", "[audit][extract]")
{
    ExtractHome home;
    home.record(30);
    const auto asked = request(services::ExtractFormat::pdf);
    const auto extract = services::extract_history(home.archive(), morning(), auth::operator_actor(), asked);
    CHECK(extract.events == 30);
    CHECK(bytes_of(extract).starts_with("%PDF-"));

    const auto before = services::list_history(home.archive(), auth::operator_actor(), {}, 1).front().event.seq;
    home.record(static_cast<int>(services::kMostPrinted));
    CHECK(refusal([&] { services::extract_history(home.archive(), morning(), auth::operator_actor(), asked); }) ==
          "invalid audit.extract_too_long");
    const auto events = services::list_history(home.archive(), auth::operator_actor(), {}, 1);
    CHECK(events.front().event.seq == before + static_cast<std::int64_t>(services::kMostPrinted));
}

TEST_CASE("for a browser extract and signature are one file", "[audit][extract]")
{
    ExtractHome home;
    home.record(3);
    const auto extract = services::extract_history(home.archive(), morning(), auth::operator_actor(),
                                                   request(services::ExtractFormat::csv));
    const auto bundle = services::bundle_extract(home.archive(), extract, "nhat-ky.csv");
    std::string bytes(bundle.size, '\0');
    REQUIRE(read_at(bundle.file.get(), bytes.data(), bytes.size(), 0, "zip") == bytes.size());
    // Entries are stored: their bytes stand in the zip as they are.
    for (const auto& part : {bytes_of(extract), extract.signature, extract.checkpoint.note,
                             slurp(home.archive().home().audit() / "key")}) {
        CHECK(bytes.find(part) != std::string::npos);
    }
    for (const auto* name : {"nhat-ky.csv", "nhat-ky.csv.sig", "checkpoint", "key"}) {
        CHECK(bytes.find(name) != std::string::npos);
    }
}
