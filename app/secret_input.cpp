// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/secret_input.h"

#include "app/context.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace vtlt::app {

namespace {

constexpr char kCtrlC = '\x03';
constexpr std::size_t kLongestLine = std::size_t{64} << 10;

/// Up to the end of the line. Byte by byte: what follows on stdin is not ours.
std::string first_line(int fd, const std::string& path)
{
    std::string line;
    for (char byte = 0; line.size() < kLongestLine && read_some(fd, &byte, 1, path) == 1 && byte != '\n';) {
        line.push_back(byte);
    }
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

/// The terminal shows nothing of what is typed; Ctrl-C is a letter meanwhile, or it would leave the terminal so.
class Unseen
{
public:
    explicit Unseen(int terminal) : terminal_(terminal)
    {
        ::tcgetattr(terminal_, &before_);
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        silent.c_lflag |= ECHONL;
        ::tcsetattr(terminal_, TCSAFLUSH, &silent);
    }
    ~Unseen() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    int terminal_;
    termios before_{};
};

std::string ask(const Context& context, const char* question)
{
    const Unseen unseen{context.outlets.in};
    write_all(context.outlets.err, context.text("cli", question) + " ", "stderr");
    auto line = first_line(context.outlets.in, "stdin");
    if (line.find(kCtrlC) != std::string::npos) {
        throw Error{Kind::invalid, "password.missing"};
    }
    return line;
}

std::string ask_twice(const Context& context)
{
    auto password = ask(context, "user.ask_password");
    if (ask(context, "user.ask_again") != password) {
        throw Error{Kind::invalid, "password.mismatch"};
    }
    return password;
}

std::string read_from(const Context& context, const std::string& file)
{
    if (!file.empty() && file != "-") {
        const auto fd = open_if_exists(file, O_RDONLY);
        if (!fd) {
            throw Error{Kind::not_found, "password.file_not_found", {{"path", file}}};
        }
        return first_line(fd->get(), file);
    }
    if (!context.is_terminal(context.outlets.in)) {
        return first_line(context.outlets.in, "stdin");
    }
    return context.no_input ? std::string{} : ask_twice(context);
}

} // namespace

std::string read_password(const Context& context, const std::string& file)
{
    auto password = read_from(context, file);
    if (password.empty()) {
        throw Error{Kind::invalid, "password.missing"};
    }
    return password;
}

std::string read_token(const std::string& file)
{
    const auto fd = open_if_exists(file, O_RDONLY);
    if (!fd) {
        throw Error{Kind::not_found, "token.file_not_found", {{"path", file}}};
    }
    struct stat status = {};
    if (::fstat(fd->get(), &status) != 0) {
        throw_errno("fstat", file);
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw Error{Kind::forbidden, "token.file_mode", {{"path", file}}};
    }
    return first_line(fd->get(), file);
}

} // namespace vtlt::app
