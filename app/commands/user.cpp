// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/secret_input.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/base/certificate.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/core/services/certificates.h>
#include <vtlt/core/services/people.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/role_words.h>
#include <vtlt/core/services/second_factor.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fcntl.h>

namespace vtlt::app {

namespace {

constexpr std::size_t kPage = 200;
constexpr std::size_t kLongestCertificate = std::size_t{1} << 20;

/// As typed; empty where not.
struct Options
{
    std::string who;
    std::string full_name;
    std::string unit;
    std::vector<std::string> roles;
    bool only_unit = false;
    std::string clearance;
    std::string password_file;
    bool no_password = false;
    std::string certificate_file;
    std::string certificate;
    bool ldap = false;
    bool no_ldap = false;
    std::string title;
    std::vector<std::string> scopes;
    std::string expires_on;
    std::string token;
    bool remove = false;
    bool everybody = false;
    bool nobody = false;
    std::string set;
};

std::vector<auth::Role> roles_of(const std::vector<std::string>& typed)
{
    std::vector<auth::Role> roles;
    std::ranges::transform(typed, std::back_inserter(roles), role_of);
    return roles;
}

auth::Scopes scopes_of(const std::vector<std::string>& typed)
{
    auth::Scopes scopes;
    for (const auto& word : typed) {
        const auto scope = auth::token_scope_from_name(word);
        if (!scope) {
            throw Error{Kind::invalid,
                        "scope.unknown",
                        {{"value", word}, {"known", auth::scope_words(auth::Scopes::of_tokens())}}};
        }
        scopes.add(*scope);
    }
    return scopes;
}

using Grants = std::vector<catalog::RoleGrant>;

Json scopes_json(auth::Scopes scopes)
{
    auto words = Json::array();
    for (const auto name : auth::kScopeNames) {
        if (const auto scope = auth::token_scope_from_name(name); scope && scopes.contains(*scope)) {
            words.push_back(name);
        }
    }
    return words;
}

Json to_json(const catalog::ApiToken& token)
{
    return {{"id", token.uid},
            {"title", token.title},
            {"scopes", scopes_json(token.scopes)},
            {"created_at", format_instant(token.created_at)},
            {"expires_on", json_or_null(token.expires_on)},
            {"revoked_at", json_or_null(token.revoked_at)}};
}

void print_account(const Context& context, const auth::RoleLabels& labels, const catalog::Account& account,
                   const Grants& grants)
{
    std::string roles;
    for (const auto& grant : grants) {
        roles += (roles.empty() ? "" : ", ") +
                 (grant.order ? context.text("cli", "order.title") : role_word(context, labels, grant.role));
        roles += grant.unit == account.unit ? "" : " (" + grant.unit_code + ")";
    }
    auto line = account.name + "  " + account.full_name + "  " + account.unit_code + "  " +
                (roles.empty() ? context.text("cli", "user.has_no_role") : roles) + "  " +
                context.text("secrecy", secrecy_name(account.clearance));
    if (account.disabled) {
        line += "  " + context.text("cli", "user.is_disabled");
    } else if (account.door == catalog::Door::ldap) {
        line += "  " + context.text("cli", "user.signs_in_by_ldap");
    } else if (!account.has_password) {
        line += "  " + context.text("cli", "user.has_no_password");
    }
    context.print_line(line);
}

void give_account(const Context& context, services::Archive& archive, const catalog::Account& account)
{
    const auto grants = services::grants_of(archive, std::span{&account, 1})[account.id];
    if (context.json) {
        auto json = webui::account_json(account, grants);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_account(context, services::role_labels(archive), account, grants);
    }
}

int run_add(const Context& context, const Options& options)
{
    services::NewAccount wanted{.name = options.who,
                                .full_name = options.full_name,
                                .unit = options.unit,
                                .roles = roles_of(options.roles),
                                .only_unit = options.only_unit,
                                .clearance =
                                    options.clearance.empty() ? Secrecy::open : clearance_of(options.clearance),
                                .password = {},
                                .door = options.ldap ? catalog::Door::ldap : catalog::Door::password};
    if (!options.no_password && !options.ldap) {
        wanted.password = read_password(context, options.password_file);
    }
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_account(context, archive, services::add_account(archive, context.clock(), context.actor(), wanted));
    return kExitOk;
}

int run_passwd(const Context& context, const Options& options)
{
    const auto password = read_password(context, options.password_file);
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::set_password(archive, context.clock(), context.actor(), options.who, password);
    give_account(context, archive, services::get_account(archive, context.actor(), options.who));
    return kExitOk;
}

int run_list(const Context& context, const Options&)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto& labels = services::role_labels(archive);
    auto list = Json::array();
    auto page = services::list_accounts(archive, context.actor(), {}, kPage);
    while (!page.empty()) {
        auto grants = services::grants_of(archive, page);
        for (const auto& account : page) {
            if (context.json) {
                list.push_back(webui::account_json(account, grants[account.id]));
            } else {
                print_account(context, labels, account, grants[account.id]);
            }
        }
        page = services::list_accounts(archive, context.actor(), page.back().name, kPage);
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"users", list}});
    }
    return kExitOk;
}

int run_disable(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::disable_account(archive, context.clock(), context.actor(), options.who);
    give_account(context, archive, services::get_account(archive, context.actor(), options.who));
    return kExitOk;
}

int run_enable(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::enable_account(archive, context.clock(), context.actor(), options.who);
    give_account(context, archive, services::get_account(archive, context.actor(), options.who));
    return kExitOk;
}

int run_change(const Context& context, const Options& options)
{
    services::AccountChange change;
    if (!options.full_name.empty()) {
        change.full_name = options.full_name;
    }
    if (!options.unit.empty()) {
        change.unit = options.unit;
    }
    if (!options.roles.empty()) {
        change.roles = roles_of(options.roles);
    }
    if (!options.clearance.empty()) {
        change.clearance = clearance_of(options.clearance);
    }
    if (options.ldap || options.no_ldap) {
        change.door = options.ldap ? catalog::Door::ldap : catalog::Door::password;
    }
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_account(context, archive,
                 services::change_account(archive, context.clock(), context.actor(), options.who, change));
    return kExitOk;
}

int run_token(const Context& context, const Options& options)
{
    services::NewApiToken wanted{.who = options.who,
                                 .title = options.title,
                                 .scopes = scopes_of(options.scopes),
                                 .expires_on = day_or_none(options.expires_on)};
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    const auto issued = services::issue_api_token(archive, context.clock(), context.actor(), wanted);
    if (context.json) {
        auto json = to_json(issued.token);
        json["format_version"] = 1;
        json["token"] = issued.secret;
        context.print_json(json);
    } else {
        context.print_line(issued.secret);
        context.say(context.text("cli", "user.token_once", {{"token", issued.token.uid}}));
    }
    return kExitOk;
}

int run_tokens(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto tokens = services::list_api_tokens(archive, context.actor(), options.who);
    auto list = Json::array();
    for (const auto& token : tokens) {
        list.push_back(to_json(token));
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"tokens", list}});
        return kExitOk;
    }
    for (const auto& token : tokens) {
        const auto until = token.expires_on ? format_date_vi(*token.expires_on) : std::string{"–"};
        context.print_line(token.uid + "  " + moment(token.created_at) + "  " + until + "  " +
                           auth::scope_words(token.scopes) + "  " + token.title +
                           (token.revoked_at ? "  " + context.text("cli", "user.token_revoked") : ""));
    }
    return kExitOk;
}

int run_revoke(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    services::revoke_api_token(archive, context.clock(), context.actor(), options.token);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", options.token}});
    } else {
        context.say(context.text("cli", "user.token_revoked"));
    }
    return kExitOk;
}

int run_second_factor(const Context& context, const Options& options)
{
    const auto opened = options.remove ? context.open_for_writing() : context.open_for_reading();
    auto& archive = *opened;
    if (options.remove) {
        services::remove_second_factor(archive, context.clock(), context.actor(), options.who);
    }
    const auto state = services::second_factor_of(archive, context.clock(), context.actor(), options.who);
    if (context.json) {
        context.print_json(webui::second_factor_json(state));
    } else if (state.is_on()) {
        context.print_line(
            context.text("cli", "user.second_factor_on",
                         {{"since", moment(*state.since)}, {"left", std::to_string(state.recovery_codes)}}));
    } else {
        context.print_line(
            context.text("cli", state.is_demanded ? "user.second_factor_lacking" : "user.second_factor_off"));
    }
    return kExitOk;
}

int run_second_factor_policy(const Context& context, const Options& options)
{
    const bool changes = options.everybody || options.nobody || !options.roles.empty();
    const auto wanted =
        services::SecondFactorDemand{.of_everybody = options.everybody, .roles = roles_of(options.roles)};
    const auto opened = changes ? context.open_for_writing() : context.open_for_reading();
    auto& archive = *opened;
    if (changes) {
        services::demand_second_factor(archive, context.clock(), context.actor(), wanted);
    }
    const auto demand = services::second_factor_demand(archive, context.actor());
    if (context.json) {
        context.print_json(webui::second_factor_demand_json(demand));
        return kExitOk;
    }
    if (demand.of_everybody || demand.roles.empty()) {
        context.print_line(
            context.text("cli", demand.of_everybody ? "user.second_factor_everybody" : "user.second_factor_nobody"));
    }
    const auto& labels = services::role_labels(archive);
    for (const auto role : demand.roles) {
        context.print_line(role_word(context, labels, role));
    }
    return kExitOk;
}

int run_role_labels(const Context& context, const Options& options)
{
    const auto opened = options.set.empty() ? context.open_for_reading() : context.open_for_writing();
    const auto& chosen = options.set.empty()
                             ? services::role_labels(*opened)
                             : services::choose_role_labels(*opened, context.clock(), context.actor(), options.set);
    if (context.json) {
        context.print_json(webui::role_labels_json(chosen));
        return kExitOk;
    }
    const auto language = webui::kLanguageNames[static_cast<std::size_t>(context.language)];
    for (const auto& one : auth::role_labels()) {
        context.print_line((&one == &chosen ? "* " : "  ") + one.code + "  " + one.titles.find(language)->second);
        for (std::size_t i = 0; &one == &chosen && i < auth::kRoleNames.size(); ++i) {
            context.print_line("    " + std::string{auth::kRoleNames.at(i)} + "  " +
                               role_word(context, one, static_cast<auth::Role>(i)));
        }
    }
    return kExitOk;
}

std::string certificate_bytes(const Options& options)
{
    if (!open_if_exists(options.certificate_file, O_RDONLY | O_CLOEXEC)) {
        throw Error{Kind::not_found, "certificate.file_not_found", {{"path", options.certificate_file}}};
    }
    return read_file(options.certificate_file, kLongestCertificate);
}

void print_certificate(const Context& context, const catalog::AccountCertificate& one)
{
    context.print_line(one.uid + "  " + one.digest + "  " + moment(one.expires_at) + "  " + one.subject);
}

int run_add_certificate(const Context& context, const Options& options)
{
    const auto bytes = certificate_bytes(options);
    const auto opened = context.open_for_writing();
    const auto added = services::add_certificate(*opened, context.clock(), context.actor(), options.who, bytes);
    if (context.json) {
        auto json = webui::certificate_json(added);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_certificate(context, added);
    }
    return kExitOk;
}

int run_list_certificates(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto list = Json::array();
    for (const auto& one : services::list_certificates(*opened, context.actor(), options.who)) {
        if (context.json) {
            list.push_back(webui::certificate_json(one));
        } else {
            print_certificate(context, one);
        }
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"certificates", list}});
    }
    return kExitOk;
}

int run_remove_certificate(const Context& context, const Options& options)
{
    const auto which =
        options.certificate_file.empty() ? options.certificate : read_certificate(certificate_bytes(options)).digest;
    const auto opened = context.open_for_writing();
    if (!services::remove_certificate(*opened, context.clock(), context.actor(), options.who, which)) {
        throw Error{Kind::not_found, "certificate.not_found", {{"certificate", which}}};
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"certificate", which}});
    } else {
        context.say(context.text("cli", "user.certificate_removed"));
    }
    return kExitOk;
}

} // namespace

void add_user(CLI::App& app, Context& context)
{
    auto* user = add_group(app, context, "user");
    auto options = std::make_shared<Options>();
    const auto add_one = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(
            *user, context, command, [&context, options, run] { return run(context, *options); },
            [&context, options] { context.takes_path(PathUse::input, options->password_file); });
    };
    const auto named = [&](Command row, int (*run)(const Context&, const Options&)) {
        auto* command = add_one(row, run);
        command->add_option("NAME", options->who, context.help("user.name"))->required();
        return command;
    };
    const auto add_person = [&](CLI::App* command) {
        command->add_option("--full-name", options->full_name, context.help("user.full_name"));
        command->add_option("--unit", options->unit, context.help("user.unit"));
        command->add_option("--clearance", options->clearance, context.help("user.clearance"));
        return command->add_option("--role", options->roles, context.help("user.role"))
            ->delimiter(',')
            ->allow_extra_args(false);
    };

    auto* add = named("user add", run_add);
    add_person(add)->required();
    auto* file = add->add_option("--password-file", options->password_file, context.help("user.password_file"));
    add->add_flag("--only-unit", options->only_unit, context.help("rights.only_unit"));
    auto* none = add->add_flag("--no-password", options->no_password, context.help("user.no_password"))->excludes(file);
    add->add_flag("--ldap", options->ldap, context.help("user.ldap"))->excludes(file)->excludes(none);

    auto* passwd = named("user passwd", run_passwd);
    passwd->add_option("--password-file", options->password_file, context.help("user.password_file"));
    add_one("user list", run_list);
    named("user disable", run_disable);
    named("user enable", run_enable);
    auto* change = named("user change", run_change);
    add_person(change);
    auto* ldap = change->add_flag("--ldap", options->ldap, context.help("user.ldap"));
    change->add_flag("--no-ldap", options->no_ldap, context.help("user.no_ldap"))->excludes(ldap);

    auto* token = named("user token", run_token);
    token->add_option("--title", options->title, context.help("user.token_title"))->required();
    token->add_option("--scope", options->scopes, context.help("user.scope"))->delimiter(',')->allow_extra_args(false);
    token->add_option("--expires-on", options->expires_on, context.help("user.expires_on"));
    named("user tokens", run_tokens);
    auto* revoke = add_one("user revoke", run_revoke);
    revoke->add_option("TOKEN", options->token, context.help("user.token_id"))->required();

    auto* certificate = add_group(*user, context, "user certificate");
    const auto of_certificates = [&](Command row, int (*run)(const Context&, const Options&)) {
        auto* command = add_command(
            *certificate, context, row, [&context, options, run] { return run(context, *options); },
            [&context, options] { context.takes_path(PathUse::input, options->certificate_file); });
        command->add_option("NAME", options->who, context.help("user.name"))->required();
        return command;
    };
    of_certificates("user certificate add", run_add_certificate)
        ->add_option("--file", options->certificate_file, context.help("user.certificate_file"))
        ->required();
    of_certificates("user certificate list", run_list_certificates);
    auto* unbind = of_certificates("user certificate remove", run_remove_certificate);
    auto* by_file = unbind->add_option("--file", options->certificate_file, context.help("user.certificate_file"));
    unbind->add_option("CERTIFICATE", options->certificate, context.help("user.certificate_id"))->excludes(by_file);

    auto* factor = named("user second-factor", run_second_factor);
    factor->add_flag("--remove", options->remove, context.help("user.second_factor_remove"));
    auto* policy = add_one("user second-factor-policy", run_second_factor_policy);
    auto* everybody = policy->add_flag("--everybody", options->everybody, context.help("user.second_factor_everybody"));
    auto* nobody = policy->add_flag("--nobody", options->nobody, context.help("user.second_factor_nobody"));
    nobody->excludes(everybody);
    policy->add_option("--role", options->roles, context.help("user.second_factor_role"))
        ->delimiter(',')
        ->allow_extra_args(false)
        ->excludes(everybody)
        ->excludes(nobody);
    add_one("user role-labels", run_role_labels)->add_option("SET", options->set, context.help("user.role_labels_set"));
    add_positions(*user, context);
}

} // namespace vtlt::app
