// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_history.h"
#include "history_extract.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/audit/proofs.h>
#include <vtlt/core/base/error.h>
#include <vtlt/webui/shapes.h>

#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 100;

Json hex_list(const std::vector<Digest>& digests)
{
    auto list = Json::array();
    for (const auto& digest : digests) {
        list.push_back(to_hex(digest));
    }
    return list;
}

/// nullopt where the query has none. Throws invalid `audit.no_such_event`.
std::optional<std::uint64_t> number_of(const Call& call, std::string_view name)
{
    const auto text = call.query(name);
    if (text.empty()) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        throw Error{Kind::invalid, "audit.no_such_event", {{"event", text}, {"most", ""}}};
    }
    return number;
}

http::Response list_history(Call& call)
{
    const auto asked = asked_history(call);
    require_days(asked);
    auto events = services::list_history(call.archive(), call.actor, asked.filter, kListed + 1);
    const bool more = events.size() > kListed;
    if (more) {
        events.pop_back();
    }
    auto response = json_answer(history_json(events, more));
    if (more) {
        auto parts = asked.parts();
        parts.emplace_back("cursor", std::to_string(events.back().event.seq));
        response.headers.add("Link", "<" + link("/api/v1/audit", parts) + ">; rel=\"next\"");
    }
    return response;
}

http::Response show_checkpoint(Call& call)
{
    const auto& home = call.archive().home();
    const auto checkpoint = audit::read_checkpoint(home);
    if (!checkpoint) {
        throw Error{Kind::not_found, "audit.no_checkpoint"};
    }
    return json_answer(checkpoint_json(*checkpoint, audit::read_audit_key(home)));
}

http::Response prove_inclusion(Call& call)
{
    const auto proof =
        audit::prove_inclusion(call.archive().home(), number_of(call, "event").value_or(0), number_of(call, "size"));
    return json_answer({{"format_version", 1},
                        {"event", proof.event},
                        {"size", proof.size},
                        {"leaf_hash", to_hex(proof.leaf)},
                        {"root", to_hex(proof.root)},
                        {"path", hex_list(proof.path)}});
}

http::Response prove_consistency(Call& call)
{
    const auto proof = audit::prove_consistency(call.archive().home(), number_of(call, "from_size").value_or(0),
                                                number_of(call, "to_size"));
    return json_answer({{"format_version", 1},
                        {"from", proof.from},
                        {"to", proof.to},
                        {"old_root", to_hex(proof.old_root)},
                        {"new_root", to_hex(proof.new_root)},
                        {"path", hex_list(proof.path)}});
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/audit",
          Access::signed_in,
          Action::audit_read,
          list_history,
          {.summary = "Events, newest first",
           .parameters = "person action object unit from to cursor",
           .response = "History"}},
    Route{"GET",
          "/api/v1/audit/extract",
          Access::signed_in,
          Action::audit_read,
          send_history_extract,
          {.summary = "Events as a file, with its signature: a zip",
           .parameters = "person action object unit from to cursor format",
           .response = "Bytes"}},
    Route{"GET",
          "/api/v1/audit/checkpoint",
          Access::signed_in,
          Action::audit_read,
          show_checkpoint,
          {.summary = "The newest signed checkpoint of the history", .response = "Checkpoint"}},
    Route{"GET",
          "/api/v1/audit/inclusion",
          Access::signed_in,
          Action::audit_read,
          prove_inclusion,
          {.summary = "Proof that an event is in the history (RFC 6962, 2.1.1)",
           .parameters = "event size",
           .response = "InclusionProof"}},
    Route{"GET",
          "/api/v1/audit/consistency",
          Access::signed_in,
          Action::audit_read,
          prove_consistency,
          {.summary = "Proof that an older history is the beginning of a newer one (RFC 6962, 2.1.2)",
           .parameters = "from_size to_size",
           .response = "ConsistencyProof"}},
};

} // namespace

std::span<const Route> audit_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
