// SPDX-License-Identifier: GPL-3.0-or-later
#include "generation.h"

#include "terms.h"

#include <vtlt/core/base/file.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>

namespace vtlt::indexer {
namespace {

constexpr std::string_view kStubWord = "auto ";

std::optional<std::uint64_t> generation_number(std::string_view name)
{
    std::uint64_t number = 0;
    if (name.size() < 2 || name.front() != 'g') {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional{number} : std::nullopt;
}

std::filesystem::path stub_path(const Home& home, Secrecy band)
{
    return home.index(band) / "current";
}

/// Folders of generations and of their parts.
template <class Visit>
void visit_generations(const Home& home, Secrecy band, const Visit& visit)
{
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{home.index(band), error}) {
        const auto name = entry.path().filename().native();
        const auto stem = std::string_view{name}.substr(0, name.find('.'));
        const bool is_ours = stem == name || name.ends_with(kPartsSuffix);
        if (const auto number = is_ours ? generation_number(stem) : std::nullopt) {
            visit(Generation{*number, entry.path()});
        }
    }
}

} // namespace

std::optional<Generation> current_generation(const Home& home, Secrecy band)
{
    const auto fd = open_if_exists(stub_path(home, band), O_RDONLY | O_CLOEXEC);
    if (!fd) {
        return std::nullopt;
    }
    std::string stub(64, '\0');
    stub.resize(read_at(fd->get(), stub.data(), stub.size(), 0, stub_path(home, band).native()));
    if (stub.rfind(kStubWord, 0) != 0 || stub.back() != '\n') {
        return std::nullopt;
    }
    const auto name = std::string_view{stub}.substr(kStubWord.size(), stub.size() - kStubWord.size() - 1);
    const auto number = generation_number(name);
    return number ? std::optional{Generation{*number, home.index(band) / name}} : std::nullopt;
}

Generation next_generation(const Home& home, Secrecy band)
{
    for (const auto& folder : {home.index(), home.index(band)}) {
        if (!std::filesystem::exists(folder)) {
            make_directory(folder);
        }
    }
    std::uint64_t last = 0;
    visit_generations(home, band, [&](const Generation& found) { last = std::max(last, found.number); });
    if (const auto serving = current_generation(home, band)) {
        last = std::max(last, serving->number);
    }
    Generation next{last + 1, {}};
    next.path = home.index(band) / next.name();
    return next;
}

void remove_strays(const Home& home, Secrecy band)
{
    const auto serving = current_generation(home, band);
    std::vector<std::filesystem::path> old;
    visit_generations(home, band, [&](const Generation& found) {
        if (!serving || found.path != serving->path) {
            old.push_back(found.path);
        }
    });
    for (const auto& path : old) {
        std::error_code error;
        std::filesystem::remove_all(path, error); // what stays is removed by the next start
    }
}

void publish(const Home& home, Secrecy band, const Generation& generation)
{
    write_file_atomically(stub_path(home, band), std::string{kStubWord} + generation.name() + "\n");
    remove_strays(home, band);
}

std::int64_t applied_seq(const Xapian::Database& database)
{
    const auto text = database.get_metadata(kAppliedKey);
    std::int64_t seq = 0;
    std::from_chars(text.data(), text.data() + text.size(), seq);
    return seq;
}

bool is_our_format(const Xapian::Database& database)
{
    return database.get_metadata(kFormatKey) == kFormatVersion;
}

bool has_readable_index(const Home& home, Secrecy band)
{
    const auto generation = current_generation(home, band);
    if (!generation) {
        return false;
    }
    try {
        return is_our_format(Xapian::Database{generation->path.native()});
    } catch (const Xapian::Error&) {
        return false;
    }
}

Error to_error(const Xapian::Error& error, const std::filesystem::path& path)
{
    if (std::string_view{error.get_type()} == "DatabaseLockError") {
        return Error{Kind::busy, "index.locked", {{"path", path.native()}}};
    }
    const char* system = error.get_error_string();
    if (system != nullptr && std::string_view{system} == std::strerror(ENOSPC)) {
        return Error{Kind::internal, "internal.disk_full", {{"path", path.native()}}};
    }
    return Error{Kind::internal, "index.unreadable", {{"path", path.native()}, {"reason", error.get_description()}}};
}

} // namespace vtlt::indexer
