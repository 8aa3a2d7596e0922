// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/outbox/index_outbox.h>

#include <catch2/catch.hpp>

#include <array>

using namespace vtlt;
using namespace vtlt::testing;

namespace {

void request(CoreHome& core, std::initializer_list<std::int64_t> documents, Secrecy band = Secrecy::open)
{
    auto tx = core.database().write();
    for (const auto document : documents) {
        outbox::request_reindex(tx, DocumentId{document}, band);
    }
    tx.commit();
}

void close(CoreHome& core, std::int64_t up_to)
{
    auto tx = core.database().write();
    outbox::close_requests(tx, up_to);
    tx.commit();
}

std::vector<std::int64_t> sequences(CoreHome& core, std::int64_t after = 0, std::size_t limit = 100)
{
    auto tx = core.database().read();
    std::vector<std::int64_t> all;
    for (const auto& one : outbox::list_requests(tx, after, limit)) {
        all.push_back(one.seq);
    }
    return all;
}

using Sequences = std::vector<std::int64_t>;

} // namespace

TEST_CASE("requests are kept in their order with document and band", "[outbox]")
{
    CoreHome core;
    request(core, {7, 5});
    request(core, {7}, Secrecy::mat);
    CHECK(sequences(core) == Sequences{1, 2, 3});
    CHECK(sequences(core, 1) == Sequences{2, 3});
    CHECK(sequences(core, 0, 2) == Sequences{1, 2});
    auto tx = core.database().read();
    const auto last = outbox::list_requests(tx, 2, 1).at(0);
    CHECK(last.document == DocumentId{7});
    CHECK(last.band == Secrecy::mat);
    CHECK(outbox::count_pending(tx) == 2);
    CHECK(outbox::last_seq(tx) == 3);
}

TEST_CASE("closing removes what was applied and nothing later", "[outbox]")
{
    CoreHome core;
    request(core, {1, 2, 3});
    close(core, 2);
    CHECK(sequences(core) == Sequences{3});
    close(core, 2);
    CHECK(sequences(core) == Sequences{3});
}

TEST_CASE("a sequence is never given twice, also after everything was closed", "[outbox]")
{
    CoreHome core;
    request(core, {1, 2, 3});
    close(core, 3);
    CHECK(sequences(core).empty());
    request(core, {4});
    CHECK(sequences(core) == Sequences{4});
    close(core, 100);
    auto tx = core.database().read();
    CHECK(outbox::last_seq(tx) == 4);
    CHECK(outbox::count_pending(tx) == 0);
}

TEST_CASE("a request that was not committed has used no sequence", "[outbox]")
{
    CoreHome core;
    {
        auto tx = core.database().write();
        outbox::request_reindex(tx, DocumentId{1}, Secrecy::open);
    }
    request(core, {2});
    CHECK(sequences(core) == Sequences{1});
}
