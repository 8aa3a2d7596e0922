// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/directory.h>

#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/log.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <future>
#include <ldap.h>
#include <mutex>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <vector>

namespace vtlt::auth {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using Answer = Directory::Answer;

constexpr std::string_view kName = "{name}";
/// Nobody's: what is asked where nobody is meant. An entry with this name and a password that nobody knows makes the
/// directory compute as for everybody else (docs/operations.md).
constexpr std::string_view kDecoy = "vtlt-nobody";

struct HandleDeleter
{
    void operator()(LDAP* handle) const { ldap_unbind_ext_s(handle, nullptr, nullptr); }
};
using Handle = std::unique_ptr<LDAP, HandleDeleter>;

struct UrlDeleter
{
    void operator()(LDAPURLDesc* url) const { ldap_free_urldesc(url); }
};
using Url = std::unique_ptr<LDAPURLDesc, UrlDeleter>;

Url parse_url(const std::string& text)
{
    LDAPURLDesc* parsed = nullptr;
    return Url{ldap_url_parse(text.c_str(), &parsed) == LDAP_URL_SUCCESS ? parsed : nullptr};
}

std::string_view view_of(const char* text)
{
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

bool is_loopback(std::string_view host)
{
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// "uid={name},…": the name stands as a value in a distinguished name.
bool is_dn(std::string_view pattern)
{
    const auto at = pattern.find(kName);
    return at != std::string_view::npos && at > 0 && pattern[at - 1] == '=';
}

/// RFC 4514, 2.4. NUL is nobody's name.
std::string dn_value(std::string_view name)
{
    constexpr std::string_view kSpecial = "\"+,;<>\\=";
    std::string escaped;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const bool is_edge_blank = name[at] == ' ' && (at == 0 || at + 1 == name.size());
        if (is_edge_blank || (name[at] == '#' && at == 0) || kSpecial.find(name[at]) != std::string_view::npos) {
            escaped += '\\';
        }
        escaped += name[at];
    }
    return escaped;
}

bool is_password(std::string_view typed)
{
    return !typed.empty() && typed.size() <= kPasswordLongest && typed.find('\0') == std::string_view::npos &&
           text::is_utf8(typed);
}

/// What a directory says to who may not come in: no such person, wrong password, locked, not from here. Anything else
/// says that it cannot tell.
bool is_refusal(int code)
{
    constexpr std::array kRefusals{LDAP_INVALID_CREDENTIALS, LDAP_NO_SUCH_OBJECT,       LDAP_INVALID_DN_SYNTAX,
                                   LDAP_INAPPROPRIATE_AUTH,  LDAP_CONSTRAINT_VIOLATION, LDAP_INSUFFICIENT_ACCESS,
                                   LDAP_UNWILLING_TO_PERFORM};
    return std::ranges::find(kRefusals, code) != kRefusals.end();
}

/// The socket of a connection, so that the asker can end what libldap waits for: its own limits do not hold while TLS
/// shakes hands.
class Line
{
public:
    /// False when it is too late.
    bool hold(int fd)
    {
        const std::lock_guard lock{mutex_};
        if (is_over_) {
            return false;
        }
        fd_.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); // the number may be another's as soon as libldap has closed it
        return static_cast<bool>(fd_);
    }
    void break_off()
    {
        const std::lock_guard lock{mutex_};
        is_over_ = true;
        if (fd_) {
            ::shutdown(fd_.get(), SHUT_RDWR);
        }
    }

private:
    std::mutex mutex_;
    UniqueFd fd_;          // guarded by mutex_
    bool is_over_ = false; // guarded by mutex_
};

struct Question
{
    std::string who;
    std::string password;
    bool is_decoy = false;
    SteadyTime until;
    std::shared_ptr<Line> line = std::make_shared<Line>();
    std::promise<Answer> answer;
};

int on_connected(LDAP*, Sockbuf* socket, LDAPURLDesc*, sockaddr*, ldap_conncb* callback)
{
    int fd = -1;
    const bool is_there = ber_sockbuf_ctrl(socket, LBER_SB_OPT_GET_FD, &fd) == 1;
    return is_there && static_cast<Line*>(callback->lc_arg)->hold(fd) ? 0 : -1;
}

void on_closed(LDAP*, Sockbuf*, ldap_conncb*) {}

/// One connection. Every option is said here: neither a file nor a variable of the system makes it laxer.
class Connection
{
public:
    Connection(const DirectoryServer& server, Line& line, SteadyTime until)
        : callback_{.lc_add = on_connected, .lc_del = on_closed, .lc_arg = &line}, until_(until)
    {
        LDAP* handle = nullptr;
        require(ldap_initialize(&handle, server.url.c_str()), "open");
        handle_.reset(handle);
        require(ldap_set_option(handle_.get(), LDAP_OPT_CONNECT_CB, &callback_), "option");
        set(LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3);
        require(ldap_set_option(handle_.get(), LDAP_OPT_REFERRALS, LDAP_OPT_OFF), "option");
        if (server.start_tls || server.url.starts_with("ldaps:")) {
            prepare_tls(server.ca_file);
        }
        if (server.start_tls) {
            limit();
            require(ldap_start_tls_s(handle_.get(), nullptr, nullptr), "start_tls");
        }
    }

    /// The code of the answer; of a password nothing is kept.
    int bind(const std::string& who, std::string& password)
    {
        limit();
        berval secret{password.size(), password.data()};
        return ldap_sasl_bind_s(handle_.get(), who.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr, nullptr, nullptr);
    }

    class Failure
    {
    public:
        Failure(int code, const char* step) : code_(code), step_(step) {}
        int code() const { return code_; }
        const char* step() const { return step_; }

    private:
        int code_;
        const char* step_;
    };

private:
    static void require(int code, const char* step)
    {
        if (code != LDAP_SUCCESS) {
            throw Failure{code, step};
        }
    }

    void prepare_tls(const std::filesystem::path& ca_file)
    {
        set(LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND);
        set(LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2);
        if (!ca_file.empty()) {
            require(ldap_set_option(handle_.get(), LDAP_OPT_X_TLS_CACERTFILE, ca_file.c_str()), "option");
        }
        set(LDAP_OPT_X_TLS_NEWCTX, 0); // of a client; takes over what was said before it
    }

    void set(int option, int value) { require(ldap_set_option(handle_.get(), option, &value), "option"); }

    /// What is left of the time, for the next step.
    void limit()
    {
        using namespace std::chrono;
        const auto left = duration_cast<microseconds>(until_ - steady_clock::now());
        if (left.count() <= 0) {
            throw Failure{LDAP_TIMEOUT, "limit"};
        }
        const timeval time{.tv_sec = left.count() / 1'000'000, .tv_usec = left.count() % 1'000'000};
        require(ldap_set_option(handle_.get(), LDAP_OPT_NETWORK_TIMEOUT, &time), "option");
        require(ldap_set_option(handle_.get(), LDAP_OPT_TIMEOUT, &time), "option");
    }

    ldap_conncb callback_;
    Handle handle_; // it knows the callback
    SteadyTime until_;
};

/// A directory that went away must not end the program.
void take_no_signals()
{
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) {
        sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

} // namespace

void check_directory_server(const DirectoryServer& server)
{
    const auto url = parse_url(server.url);
    const auto scheme = url ? view_of(url->lud_scheme) : std::string_view{};
    const bool is_known = scheme == "ldaps" || scheme == "ldapi" || scheme == "ldap";
    // One server, and neither a base nor a filter: libldap would take a list and leave the rest unread.
    if (!is_known || server.url.find(' ') != std::string::npos || !view_of(url->lud_dn).empty() ||
        url->lud_filter != nullptr || (scheme != "ldapi" && view_of(url->lud_host).empty())) {
        throw Error{Kind::invalid, "config.ldap_url", {{"value", server.url}}};
    }
    const auto at = server.bind.find(kName);
    if (at == std::string::npos || server.bind.find(kName, at + 1) != std::string::npos ||
        server.bind.find('\0') != std::string::npos || !text::is_utf8(server.bind)) {
        throw Error{Kind::invalid, "config.ldap_bind", {{"value", text::one_line(text::repair_utf8(server.bind))}}};
    }
    const bool is_closed = scheme == "ldaps" || scheme == "ldapi" || server.start_tls;
    if (!is_closed && !is_loopback(view_of(url->lud_host))) {
        throw Error{Kind::invalid, "config.ldap_plain", {{"value", server.url}}};
    }
    if (scheme != "ldap" && server.start_tls) {
        throw Error{Kind::invalid, "config.ldap_url", {{"value", server.url}}};
    }
}

std::optional<std::string> directory_name(std::string_view pattern, std::string_view name)
{
    if (name.empty() || name.find('\0') != std::string_view::npos || !text::is_utf8(name)) {
        return std::nullopt;
    }
    const bool as_dn = is_dn(pattern);
    if (!as_dn && name.find_first_of("@\\/\"") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto at = pattern.find(kName);
    ensure(at != std::string_view::npos, "a pattern has its {name}");
    return std::string{pattern.substr(0, at)} + (as_dn ? dn_value(name) : std::string{name}) +
           std::string{pattern.substr(at + kName.size())};
}

struct Directory::State
{
    explicit State(DirectoryServer given) : server(std::move(given))
    {
        if (!server.ca_file.empty()) {
            open_file(server.ca_file, O_RDONLY | O_CLOEXEC); // its own message names the file
        }
        for (std::size_t i = 0; i < kDirectoryLanes; ++i) {
            threads.emplace_back([this](const std::stop_token& stop) { run(stop); });
        }
    }

    void run(const std::stop_token& stop)
    {
        take_no_signals();
        for (;;) {
            std::unique_lock lock{mutex};
            asked.wait(lock, stop, [&] { return !questions.empty(); });
            if (questions.empty()) {
                return;
            }
            auto question = std::move(questions.front());
            questions.pop_front();
            lock.unlock();
            const auto answer = find_answer(question);
            lock.lock();
            note(answer);
            --taken;
            lock.unlock();
            question.answer.set_value(answer);
            freed.notify_all();
        }
    }

    Answer find_answer(Question& question)
    {
        try {
            Connection connection{server, *question.line, question.until};
            const int code = connection.bind(question.who, question.password);
            if (code == LDAP_SUCCESS) {
                return question.is_decoy ? Answer::wrong : Answer::right;
            }
            if (is_refusal(code)) {
                return Answer::wrong;
            }
            tell(code, "bind");
        } catch (const Connection::Failure& failure) {
            tell(failure.code(), failure.step());
        }
        return Answer::silent;
    }

    /// For the operator, and once for each time that it falls silent.
    void tell(int code, const char* step)
    {
        const std::lock_guard lock{mutex};
        if (!is_silent) {
            log::warning("directory.silent", {{"url", server.url}, {"step", step}, {"reason", ldap_err2string(code)}});
        }
    }

    /// With the mutex held.
    void note(Answer answer)
    {
        if (is_silent && answer != Answer::silent) {
            log::info("directory.answers", {{"url", server.url}});
        }
        is_silent = answer == Answer::silent;
    }

    /// A place among those who ask. Nobody waits for a directory that says nothing.
    bool take_turn()
    {
        std::unique_lock lock{mutex};
        const auto may_begin = [&] { return taken < (is_silent ? 1 : kDirectoryLanes); };
        freed.wait_for(lock, kDirectoryTurn, [&] { return may_begin() || is_silent; });
        if (may_begin()) {
            ++taken;
            return true;
        }
        if (!is_silent) {
            throw Error{Kind::busy, "sign_in.busy"};
        }
        return false;
    }

    const DirectoryServer server;
    std::mutex mutex;
    std::condition_variable_any asked;
    std::condition_variable freed;
    std::deque<Question> questions; // guarded by mutex, as what follows
    std::size_t taken = 0;          // questions that wait or are being asked
    bool is_silent = false;
    std::vector<std::jthread> threads; // last: they end before the rest goes
};

Directory::Directory(DirectoryServer server) : state_(std::make_unique<State>(std::move(server))) {}

Directory::~Directory() = default;

Directory::Answer Directory::ask(const std::optional<std::string>& name, std::string_view password)
{
    auto who = name && is_password(password) ? directory_name(state_->server.bind, *name) : std::nullopt;
    Question question;
    question.is_decoy = !who;
    question.who = who ? *std::move(who) : directory_name(state_->server.bind, kDecoy).value();
    // What was typed for somebody else, or by mistake, is the directory's business no more than anybody's.
    question.password = question.is_decoy ? make_readable_password() : text::to_nfc(password);
    question.until = std::chrono::steady_clock::now() + kDirectoryPatience;
    if (!state_->take_turn()) {
        return Answer::silent;
    }
    const auto until = question.until;
    const auto line = question.line;
    auto answer = question.answer.get_future();
    {
        const std::lock_guard lock{state_->mutex};
        state_->questions.push_back(std::move(question));
    }
    state_->asked.notify_one();
    if (answer.wait_until(until) == std::future_status::ready) {
        return answer.get();
    }
    line->break_off();
    state_->tell(LDAP_TIMEOUT, "limit");
    {
        const std::lock_guard lock{state_->mutex};
        state_->note(Answer::silent);
    }
    state_->freed.notify_all();
    return Answer::silent;
}

} // namespace vtlt::auth
