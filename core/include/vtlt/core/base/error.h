// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt {

/// Decides the exit code and the HTTP status; closed on purpose (style.md, "Errors").
enum class Kind
{
    invalid,
    not_found,
    conflict,
    forbidden,
    busy,
    corrupt,
    internal
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One of several mistakes in one input; `pointer` names the place (a JSON pointer, a column, an option).
struct Problem
{
    std::string pointer;
    std::string code;
    Fields fields;
};

/// The only exception type that leaves a room. `code` is stable: clients, tests and locales/*.po rely on it.
/// Foreign exceptions are converted where their headers are fenced.
class Error : public std::exception
{
public:
    Error(Kind kind, std::string code, Fields fields = {}, std::vector<Problem> problems = {});

    Kind kind() const noexcept { return kind_; }
    const std::string& code() const noexcept { return code_; }
    const Fields& fields() const noexcept { return fields_; }
    const std::vector<Problem>& problems() const noexcept { return problems_; }
    /// For logs: code and fields in one line, no translation.
    const char* what() const noexcept override { return what_.c_str(); }

private:
    Kind kind_;
    std::string code_;
    Fields fields_;
    std::vector<Problem> problems_;
    std::string what_;
};

std::string_view kind_name(Kind kind);

/// 0 ok · 1 internal · 2 invalid · 4 not found · 5 conflict or busy · 6 forbidden · 7 corrupt (product.md §2.1).
int exit_code(Kind kind);

/// Throws Kind::internal `internal.errno` with the call, the path and the system's message of `error_number`;
/// a full disk or quota is `internal.disk_full`. What the system does not permit is Kind::forbidden `file.forbidden`,
/// but for reads: permission was given when the file was opened, so there it is the medium that fails.
[[noreturn]] void throw_errno(std::string_view call, std::string_view path, int error_number);
[[noreturn]] void throw_errno(std::string_view call, std::string_view path);

/// A broken invariant: throws Kind::internal `internal.invariant`, also in release builds. `what` starts with its
/// number.
void ensure(bool condition, std::string_view what);

} // namespace vtlt
