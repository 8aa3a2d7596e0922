// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/base/certificate.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/services/certificates.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/core/services/sessions.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using auth::Role;

namespace {

constexpr auto kHome = "10.0.0.7";
/// Made by openssl, as its fingerprint was told by it.
const std::string kPem = R"(-----BEGIN CERTIFICATE-----
MIIB2zCCAYGgAwIBAgIUbDWiOu2VYac0EpnoNodbEkRC/WIwCgYIKoZIzj0EAwIw
QjELMAkGA1UEBhMCVk4xFjAUBgNVBAoMDUJhbiBDxqEgeeG6v3UxGzAZBgNVBAMM
Ek5ndXnhu4VuIFRo4buLIExhbjAgFw0yNjExMjMwNTIyMTZaGA8yMTI2MTAzMDA1
MjIxNlowQjELMAkGA1UEBhMCVk4xFjAUBgNVBAoMDUJhbiBDxqEgeeG6v3UxGzAZ
BgNVBAMMEk5ndXnhu4VuIFRo4buLIExhbjBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABGVNSZAAJMmrAibuZTiBLwmnTAcqR5c/K0Ttd89Sh4Tighe0WLRn8GeipKRR
9opkIppvNcZfhAWBCuOpttobsx2jUzBRMB0GA1UdDgQWBBQh+YTcay933b5ECfbq
8LLidEKZ+zAfBgNVHSMEGDAWgBQh+YTcay933b5ECfbq8LLidEKZ+zAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIC92pFzcOjv47VWyQAGd/qnrk/Q+
s3hCSv1g4dDroANvAiEAp54OZ0bofQz/Fd7Y5ZLbOiJWnkVWQU6JZ9iJWu1kl5E=
-----END CERTIFICATE-----
-----END CERTIFICATE-----
)";
const std::string kDigest = "a10b669ea24f616742b871556b643fcad33e3e2a2291e67a78f72e3b5c9563d9";

std::string der()
{
    auto lines = kPem.substr(kPem.find('\n') + 1);
    lines.resize(lines.find("-----END"));
    std::erase(lines, '\n');
    return base64_decode(lines);
}

} // namespace

TEST_CASE("a certificate is known by the fingerprint that every tool tells", "[certificate]")
{
    for (const auto& bytes : {kPem, der(), "Bag Attributes\n" + kPem + kPem}) {
        const auto read = read_certificate(bytes);
        CHECK(read.digest == kDigest);
        CHECK(read.subject == "C=VN, O=Ban Cơ yếu, CN=Nguyễn Thị Lan");
        CHECK(read.issuer == read.subject);
        CHECK(format_instant(read.begins_at) == "2026-11-23T05:22:16.000Z");
        CHECK(format_instant(read.expires_at) == "2126-10-30T05:22:16.000Z");
    }
    for (const auto& bytes : {std::string{}, std::string{"x"}, kPem.substr(0, 200), der().substr(0, 100),
                              std::string{"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"}}) {
        CHECK(refusal([&] { read_certificate(bytes); }) == "invalid certificate.unreadable");
    }
}

TEST_CASE("a bound certificate opens a session that is nobody's without it", "[certificate]")
{
    PeopleArchive test;
    const auto lan = test.add("lan", Role::clerk, Secrecy::mat, "");
    const auto bound = services::add_certificate(test.archive(), test.time, kOperator, "lan", kPem);
    CHECK(bound.digest == kDigest);
    services::demand_second_factor(test.archive(), test.time, kOperator, {.of_everybody = true, .roles = {}});
    services::SignInDesk desk{test.archive(), test.time};
    const auto before = test.events();
    const auto opened = desk.sign_in_with_certificate(kDigest, true, kHome);
    CHECK(opened.account.uid == lan.uid);
    CHECK(test.events_after(before) == std::vector<std::string>{"session.opened " + opened.session.uid});
    const auto found = services::find_session(test.archive(), test.time, opened.secret, kDigest);
    REQUIRE(found);
    CHECK_FALSE(found->lacks_second_factor);
    CHECK_FALSE(services::find_session(test.archive(), test.time, opened.secret));
    CHECK_FALSE(services::find_session(test.archive(), test.time, opened.secret, std::string(64, '0')));
    CHECK(services::check_people_against_history(test.database()).empty());

    SECTION("and ends with the binding, in its transaction")
    {
        const auto seen = test.events();
        CHECK(services::remove_certificate(test.archive(), test.time, kOperator, "lan", kDigest));
        CHECK(test.events_after(seen) ==
              std::vector<std::string>{"certificate.removed " + bound.uid, "session.ended " + opened.session.uid});
        CHECK_FALSE(services::find_session(test.archive(), test.time, opened.secret, kDigest));
        CHECK_FALSE(services::remove_certificate(test.archive(), test.time, kOperator, "lan", kDigest));
        CHECK(refusal([&] { desk.sign_in_with_certificate(kDigest, true, kHome); }) ==
              "invalid sign_in.certificate_refused");
    }
    SECTION("and with the account")
    {
        services::disable_account(test.archive(), test.time, kOperator, "lan");
        CHECK_FALSE(services::find_session(test.archive(), test.time, opened.secret, kDigest));
        CHECK(refusal([&] { desk.sign_in_with_certificate(kDigest, true, kHome); }) ==
              "invalid sign_in.certificate_refused");
    }
    SECTION("and somebody who takes the certificate off a session beside the program is told")
    {
        auto tx = test.database().write();
        tx.prepare("UPDATE session SET certificate = NULL").run();
        tx.commit();
        const auto faults = services::check_people_against_history(test.database());
        REQUIRE(faults.size() == 1);
        CHECK(faults.front().found == "another certificate");
    }
    CHECK(test.every_byte().find(opened.secret) == std::string::npos);
}

TEST_CASE("what is not trusted, not bound or not there is refused alike and delays", "[certificate]")
{
    PeopleArchive test;
    const auto lan = test.add("lan");
    services::add_certificate(test.archive(), test.time, kOperator, "lan", kPem);
    services::SignInDesk desk{test.archive(), test.time};
    const auto before = test.events();
    const auto answer = [&](const std::string& digest, bool is_trusted) {
        return refusal([&] { desk.sign_in_with_certificate(digest, is_trusted, kHome); });
    };
    CHECK(answer(kDigest, false) == "invalid sign_in.certificate_refused");
    CHECK(answer(std::string(64, 'a'), true) == "invalid sign_in.certificate_refused");
    CHECK(answer("", true) == "invalid sign_in.certificate_refused");
    CHECK(test.events_after(before) ==
          std::vector<std::string>{"sign_in.failed " + lan.uid, "sign_in.failed sign_in", "sign_in.failed sign_in"});
    for (int i = 0; i < 4; ++i) {
        CHECK(answer(kDigest, false) == "invalid sign_in.certificate_refused");
    }
    CHECK(answer(kDigest, true) == "busy sign_in.wait");
    CHECK(test.count("session") == 0);
}

TEST_CASE("who may not set somebody's password binds him no certificate", "[certificate]")
{
    PeopleArchive test;
    test.add("quantri", Role::admin, Secrecy::mat);
    test.add("sep", Role::leader, Secrecy::tuyet_mat);
    test.add("lan");
    const auto bind = [&](const std::string& as, const std::string& who) {
        return refusal([&] { services::add_certificate(test.archive(), test.time, test.actor(as), who, kPem); });
    };
    CHECK(bind("lan", "lan") == "forbidden auth.forbidden");
    CHECK(bind("quantri", "sep") == "forbidden auth.forbidden");
    CHECK(bind("quantri", "lan") == "nothing");
    CHECK(bind("quantri", "lan") == "conflict certificate.bound");
    CHECK(services::list_certificates(test.archive(), test.actor("lan"), "lan").size() == 1);
    CHECK(refusal([&] {
              services::remove_certificate(test.archive(), test.time, test.actor("lan"), "lan", kDigest);
          }) == "forbidden auth.forbidden");
}
