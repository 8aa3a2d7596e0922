// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/error.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace vtlt {

namespace {

struct KindRow
{
    Kind kind;
    std::string_view name;
    int exit_code;
};

constexpr std::array kKinds{
    KindRow{Kind::invalid, "invalid", 2},   KindRow{Kind::not_found, "not_found", 4},
    KindRow{Kind::conflict, "conflict", 5}, KindRow{Kind::forbidden, "forbidden", 6},
    KindRow{Kind::busy, "busy", 5},         KindRow{Kind::corrupt, "corrupt", 7},
    KindRow{Kind::internal, "internal", 1},
};

const KindRow& row_of(Kind kind)
{
    return kKinds[static_cast<std::size_t>(kind)];
}

} // namespace

Error::Error(Kind kind, std::string code, Fields fields, std::vector<Problem> problems)
    : kind_(kind), code_(std::move(code)), fields_(std::move(fields)), problems_(std::move(problems)), what_(code_)
{
    for (const auto& [name, value] : fields_) {
        what_.append(" ").append(name).append("=").append(value);
    }
    for (const auto& problem : problems_) {
        what_.append(" [").append(problem.pointer).append(": ").append(problem.code).append("]");
    }
}

std::string_view kind_name(Kind kind)
{
    return row_of(kind).name;
}

int exit_code(Kind kind)
{
    return row_of(kind).exit_code;
}

void throw_errno(std::string_view call, std::string_view path, int error_number)
{
    const Fields fields{{"call", std::string{call}},
                        {"path", std::string{path}},
                        {"reason", std::system_category().message(error_number)}};
    const bool refused = error_number == EACCES || error_number == EPERM;
    if (refused && call.find("read") == std::string_view::npos) {
        throw Error{Kind::forbidden, "file.forbidden", fields};
    }
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    throw Error{Kind::internal, full ? "internal.disk_full" : "internal.errno", fields};
}

void throw_errno(std::string_view call, std::string_view path)
{
    throw_errno(call, path, errno);
}

void ensure(bool condition, std::string_view what)
{
    if (!condition) {
        throw Error{Kind::internal, "internal.invariant", {{"what", std::string{what}}}};
    }
}

} // namespace vtlt
