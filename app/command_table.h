// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

/// Every command there is, and what it asks of who types it. Whatever asks nothing of an archive's rights runs in its
/// own process; the others are handed to the server that runs in the home.
namespace vtlt::app {

/// Of commands that no action of authorize() stands for.
enum class Needs
{
    nothing, ///< whoever can start the program: no archive is asked, or nothing that is kept in it
    machine  ///< the operator of the machine, and nobody's token
};

/// A row without action or need does not compile.
struct CommandRow
{
    consteval CommandRow(std::string_view its_path, auth::Action its_action) : path(its_path), action(its_action) {}
    consteval CommandRow(std::string_view its_path, Needs its_needs) : path(its_path), needs(its_needs) {}

    std::string_view path; ///< "search", "user add"
    /// What it does, asked at its door before it runs; what it does it to is asked where that is known.
    std::optional<auth::Action> action = std::nullopt;
    Needs needs = Needs::nothing; ///< where there is no action
};

/// In the order of `vtlt --help`.
inline constexpr std::array kCommandTable{
    CommandRow{"init", Needs::nothing},
    CommandRow{"serve", Needs::machine},
    CommandRow{"ingest", auth::Action::document_register},
    CommandRow{"search", auth::Action::document_read},
    CommandRow{"show", auth::Action::document_read},
    CommandRow{"cat", auth::Action::document_read},
    CommandRow{"edit", auth::Action::document_edit},
    CommandRow{"history", auth::Action::document_read},
    CommandRow{"user add", auth::Action::user_administer},
    CommandRow{"user passwd", auth::Action::user_administer},
    CommandRow{"user list", auth::Action::user_read},
    CommandRow{"user disable", auth::Action::user_administer},
    CommandRow{"user enable", auth::Action::user_administer},
    CommandRow{"user change", auth::Action::user_administer},
    CommandRow{"user token", auth::Action::user_administer},
    CommandRow{"user tokens", auth::Action::user_read},
    CommandRow{"user revoke", auth::Action::user_administer},
    CommandRow{"user certificate add", auth::Action::user_administer},
    CommandRow{"user certificate list", auth::Action::user_read},
    CommandRow{"user certificate remove", auth::Action::user_administer},
    CommandRow{"user second-factor", auth::Action::user_read},
    CommandRow{"user second-factor-policy", auth::Action::archive_administer},
    CommandRow{"user role-labels", auth::Action::unit_read},
    CommandRow{"user position add", auth::Action::user_administer},
    CommandRow{"user position end", auth::Action::user_administer},
    CommandRow{"user position list", auth::Action::user_read},
    CommandRow{"user leave", auth::Action::user_administer},
    CommandRow{"user hand-over show", auth::Action::user_read},
    CommandRow{"rights grant", auth::Action::user_administer},
    CommandRow{"rights order", auth::Action::user_administer},
    CommandRow{"rights end", auth::Action::user_administer},
    CommandRow{"rights confirm", auth::Action::right_confirm},
    CommandRow{"rights list", auth::Action::user_read},
    CommandRow{"rights explain", auth::Action::user_read},
    CommandRow{"secrecy set", auth::Action::secrecy_raise},
    CommandRow{"secrecy list", auth::Action::secrecy_lower},
    CommandRow{"secrecy confirm", auth::Action::secrecy_confirm},
    CommandRow{"secrecy refuse", auth::Action::secrecy_lower},
    CommandRow{"readers new", auth::Action::readers_keep},
    CommandRow{"readers list", auth::Action::readers_read},
    CommandRow{"readers show", auth::Action::readers_read},
    CommandRow{"readers add", auth::Action::readers_keep},
    CommandRow{"readers end", auth::Action::readers_keep},
    CommandRow{"readers confirm", auth::Action::readers_confirm},
    CommandRow{"readers set", auth::Action::secrecy_raise},
    CommandRow{"unit add", auth::Action::unit_create},
    CommandRow{"unit list", auth::Action::unit_read},
    CommandRow{"unit rename", auth::Action::unit_create},
    CommandRow{"unit change", auth::Action::unit_create},
    CommandRow{"unit close", auth::Action::unit_create},
    CommandRow{"unit merge", auth::Action::unit_create},
    CommandRow{"unit split", auth::Action::unit_create},
    CommandRow{"dossier new", auth::Action::dossier_create},
    CommandRow{"dossier show", auth::Action::dossier_read},
    CommandRow{"dossier list", auth::Action::dossier_read},
    CommandRow{"register book add", auth::Action::register_open},
    CommandRow{"register book list", auth::Action::register_read},
    CommandRow{"register in add", auth::Action::document_register},
    CommandRow{"register in list", auth::Action::register_read},
    CommandRow{"register in void", auth::Action::register_void},
    CommandRow{"register in gaps", auth::Action::register_read},
    CommandRow{"register out add", auth::Action::document_register},
    CommandRow{"register out list", auth::Action::register_read},
    CommandRow{"register out void", auth::Action::register_void},
    CommandRow{"register out gaps", auth::Action::register_read},
    CommandRow{"register internal add", auth::Action::document_register},
    CommandRow{"register internal list", auth::Action::register_read},
    CommandRow{"register internal void", auth::Action::register_void},
    CommandRow{"register internal gaps", auth::Action::register_read},
    CommandRow{"set new", auth::Action::record_set_create},
    CommandRow{"set list", auth::Action::record_set_read},
    CommandRow{"set show", auth::Action::record_set_read},
    CommandRow{"set remove", auth::Action::record_set_remove},
    CommandRow{"export", auth::Action::document_export},
    CommandRow{"package verify", Needs::nothing},
    CommandRow{"verify", auth::Action::integrity_verify},
    CommandRow{"audit verify", auth::Action::integrity_verify},
    CommandRow{"audit checkpoint", auth::Action::audit_read},
    CommandRow{"audit list", auth::Action::audit_read},
    CommandRow{"audit export", auth::Action::audit_read},
    CommandRow{"audit extract", auth::Action::audit_read},
    CommandRow{"audit verifier", Needs::nothing},
    CommandRow{"report access", auth::Action::audit_read},
    CommandRow{"index rebuild", auth::Action::index_rebuild},
    CommandRow{"index check", auth::Action::index_rebuild},
    CommandRow{"index compact", auth::Action::index_rebuild},
    CommandRow{"index stats", auth::Action::index_rebuild},
    CommandRow{"job list", auth::Action::job_read_own},
    CommandRow{"job show", auth::Action::job_read_own},
    CommandRow{"job cancel", auth::Action::job_cancel},
    CommandRow{"job retry", auth::Action::job_retry},
    CommandRow{"doctor", Needs::nothing},
};

/// A row, named by its path in the code that adds the command: a path without a row does not compile.
class Command
{
public:
    consteval Command(const char* path) // NOLINT(google-explicit-constructor): "user add" is how a command is written
        : row_(std::ranges::find(kCommandTable, std::string_view{path}, &CommandRow::path))
    {
        if (row_ == kCommandTable.end()) {
            throw "each command has a row in kCommandTable";
        }
    }

    const CommandRow& row() const { return *row_; }
    /// The last word of the path.
    std::string_view name() const { return row_->path.substr(row_->path.rfind(' ') + 1); }
    /// The words before it; empty for a command that stands alone.
    std::string_view group() const
    {
        const auto blank = row_->path.rfind(' ');
        return blank == std::string_view::npos ? std::string_view{} : row_->path.substr(0, blank);
    }

private:
    const CommandRow* row_;
};

/// The key of a command's help, or of a group's, in locale context "cli": "user.second_factor".
inline std::string help_key(std::string_view path)
{
    std::string key{path};
    std::ranges::replace(key, ' ', '.');
    std::ranges::replace(key, '-', '_');
    return key;
}

} // namespace vtlt::app
