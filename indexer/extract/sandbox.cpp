// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox.h"

#include <vtlt/core/base/error.h>

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vtlt::extract {

namespace {

#ifdef VTLT_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// One allowed call; up to two of its arguments must have certain bits.
struct Allowed
{
    const char* call;
    struct Bits
    {
        unsigned argument;
        std::uint64_t mask;
        std::uint64_t value;
    };
    std::optional<Bits> first = std::nullopt;
    std::optional<Bits> second = std::nullopt;
};

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint64_t kMapType = 0x0F;

/// Names that an architecture does not have are left out there. Nothing here starts a process, opens a socket, signals,
/// changes a file or makes memory executable.
constexpr std::array kAllowed{
    Allowed{"read"},
    Allowed{"pread64"},
    Allowed{"readv"},
    Allowed{"write", Allowed::Bits{0, kAll, kResultFd}},
    Allowed{"write", Allowed::Bits{0, kAll, STDERR_FILENO}},
    Allowed{"close"},
    Allowed{"lseek"},
    Allowed{"fstat"},
    Allowed{"newfstatat"},
    Allowed{"stat"},
    Allowed{"statx"},
    Allowed{"fstatfs"},
    Allowed{"statfs"},
    Allowed{"access"},
    Allowed{"faccessat"},
    Allowed{"faccessat2"},
    Allowed{"getdents64"},
    Allowed{"openat", Allowed::Bits{2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY}},
    Allowed{"fcntl", Allowed::Bits{1, kAll, F_GETFD}},
    Allowed{"fcntl", Allowed::Bits{1, kAll, F_SETFD}},
    Allowed{"fcntl", Allowed::Bits{1, kAll, F_GETFL}},
    Allowed{"brk"},
    Allowed{"mmap", Allowed::Bits{2, PROT_EXEC, 0}, Allowed::Bits{3, kMapType, MAP_PRIVATE}},
    // Shared pages are fontconfig's caches: only for looking.
    Allowed{"mmap", Allowed::Bits{2, PROT_EXEC | PROT_WRITE, 0}, Allowed::Bits{3, kMapType, MAP_SHARED}},
    Allowed{"munmap"},
    Allowed{"mremap"},
    Allowed{"madvise"},
    Allowed{"futex"},
    Allowed{"getrandom"},
    Allowed{"clock_gettime"},
    Allowed{"gettimeofday"},
    Allowed{"time"},
    Allowed{"sysinfo"},
    Allowed{"uname"},
    Allowed{"getpid"},
    Allowed{"gettid"},
    Allowed{"getuid"},
    Allowed{"geteuid"},
    Allowed{"getgid"},
    Allowed{"getegid"},
    Allowed{"rt_sigprocmask"},
    Allowed{"rt_sigreturn"},
    Allowed{"restart_syscall"},
    Allowed{"exit"},
    Allowed{"exit_group"},
};

/// What AddressSanitizer's runtime needs besides.
constexpr std::array kAllowedSanitized{
    Allowed{"pipe2"},
    Allowed{"sigaltstack"},
    Allowed{"rt_sigaction"},
    Allowed{"getrusage"},
    Allowed{"sched_getaffinity"},
    Allowed{"prlimit64"},
    Allowed{"readlink"},
    Allowed{"prctl"},
    Allowed{"mprotect"},
    Allowed{"sched_yield"},
    Allowed{"mmap"},
    Allowed{"process_vm_readv"},
    Allowed{"writev"},
    Allowed{"write"},
};

struct ReleaseContext
{
    void operator()(void* context) const { ::seccomp_release(context); }
};

void allow(scmp_filter_ctx context, const Allowed& allowed)
{
    const int call = ::seccomp_syscall_resolve_name(allowed.call);
    if (call < 0) {
        return;
    }
    std::array<scmp_arg_cmp, 2> wanted{};
    unsigned count = 0;
    for (const auto& bits : {allowed.first, allowed.second}) {
        if (bits) {
            wanted[count++] = scmp_arg_cmp{bits->argument, SCMP_CMP_MASKED_EQ, bits->mask, bits->value};
        }
    }
    if (::seccomp_rule_add_array(context, SCMP_ACT_ALLOW, call, count, wanted.data()) != 0) {
        throw Error{Kind::internal, "extract.no_seccomp", {{"call", allowed.call}}};
    }
}

/// libseccomp writes its program into a descriptor only.
std::vector<sock_filter> build_program()
{
    const std::unique_ptr<void, ReleaseContext> context{::seccomp_init(SCMP_ACT_KILL_PROCESS)};
    if (!context) {
        throw Error{Kind::internal, "extract.no_seccomp"};
    }
    ::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    // Calls sorted into a tree: the price of a call does not grow with the table.
    ::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (const auto& allowed : kAllowed) {
        allow(context.get(), allowed);
    }
    if (kSanitized) {
        for (const auto& allowed : kAllowedSanitized) {
            allow(context.get(), allowed);
        }
    }
    const UniqueFd file{::memfd_create("seccomp", MFD_CLOEXEC)};
    if (!file || ::seccomp_export_bpf(context.get(), file.get()) != 0) {
        throw Error{Kind::internal, "extract.no_seccomp"};
    }
    const auto bytes = static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END));
    std::vector<sock_filter> program(bytes / sizeof(sock_filter));
    read_at(file.get(), reinterpret_cast<char*>(program.data()), bytes, 0, "seccomp");
    return program;
}

// --- Landlock: glibc has no wrappers, and Debian 12's header is older than many kernels
// --------------------------------

struct RulesetAttributes
{
    std::uint64_t files = 0;
    std::uint64_t network = 0; ///< from ABI 4
    std::uint64_t scopes = 0;  ///< from ABI 6
};

/// Kinds of access per ABI, in the kernel's own order of bits.
constexpr std::array<unsigned, 5> kFileBits{13, 14, 15, 15, 16};
constexpr int kNetworkAbi = 4;
constexpr int kScopeAbi = 6;

constexpr std::array kReadable{"/usr/share/fonts",      "/usr/share/poppler", "/usr/local/share/fonts",
                               "/var/cache/fontconfig", "/etc/fonts",         "/usr/share/fontconfig"};

UniqueFd build_landlock(int abi)
{
    RulesetAttributes attributes;
    const auto bits = kFileBits.at(static_cast<std::size_t>(std::min<int>(abi, kFileBits.size())) - 1);
    attributes.files = (std::uint64_t{1} << bits) - 1;
    attributes.network = abi >= kNetworkAbi ? 3 : 0;
    attributes.scopes = abi >= kScopeAbi ? 3 : 0;
    const std::size_t size = abi >= kScopeAbi ? 24 : abi >= kNetworkAbi ? 16 : 8;
    UniqueFd ruleset{static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0U))};
    if (!ruleset) {
        throw_errno("landlock_create_ruleset", "");
    }
    for (const char* path : kReadable) {
        const UniqueFd folder{::open(path, O_PATH | O_CLOEXEC)};
        if (!folder) {
            continue;
        }
        landlock_path_beneath_attr rule{};
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
        rule.parent_fd = folder.get();
        if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) != 0) {
            throw_errno("landlock_add_rule", path);
        }
    }
    return ruleset;
}

int find_landlock_abi()
{
    const auto abi = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 1 ? 0 : static_cast<int>(abi);
}

[[noreturn]] void give_up()
{
    ::_exit(125);
}

void limit(__rlimit_resource_t what, std::uint64_t soft, std::uint64_t hard)
{
    rlimit value{};
    if (::getrlimit(what, &value) != 0) {
        give_up();
    }
    // A hard limit set by somebody before us stays the lower one.
    value.rlim_max = std::min<rlim_t>(value.rlim_max, hard);
    value.rlim_cur = std::min<rlim_t>(value.rlim_max, soft);
    if (::setrlimit(what, &value) != 0) {
        give_up();
    }
}

constexpr int kLandlockFd = 102;
constexpr unsigned kNewDescriptors = 32;

void place(int from, int to)
{
    if (::dup3(from, to, O_CLOEXEC) < 0) {
        give_up();
    }
}

} // namespace

Sandbox::Sandbox() : program_(build_program()), landlock_abi_(find_landlock_abi())
{
    if (landlock_abi_ > 0) {
        // Above the numbers that a child's own descriptors are moved to.
        const auto ruleset = build_landlock(landlock_abi_);
        landlock_.reset(::fcntl(ruleset.get(), F_DUPFD_CLOEXEC, 200));
    }
}

void Sandbox::measure_server()
{
    std::istringstream statm{read_file("/proc/self/statm")};
    std::array<std::uint64_t, 6> pages{};
    for (auto& value : pages) {
        statm >> value;
    }
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    server_address_bytes_ = pages[0] * page;
    server_data_bytes_ = pages[5] * page;
}

void Sandbox::lock_files() const
{
    if (landlock_abi_ > 0 && ::syscall(SYS_landlock_restrict_self, kLandlockFd, 0U) != 0) {
        give_up();
    }
    ::close(kLandlockFd);
}

void Sandbox::enter(int document, int result, const ChildLimits& limits) const
{
    place(document, kDocumentFd);
    place(result, kResultFd);
    if (landlock_abi_ > 0) {
        place(landlock_.get(), kLandlockFd);
    }
    ::close_range(kLandlockFd + 1, ~0U, 0);
    ::close_range(STDERR_FILENO + 1, kDocumentFd - 1, 0);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        give_up();
    }
    lock_files();
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_NOFILE, kNewDescriptors, kNewDescriptors);
    limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1);
    if (!kSanitized) {
        // What a document may make of memory, and room for its own bytes mapped.
        limit(RLIMIT_DATA, server_data_bytes_ + limits.memory_bytes, server_data_bytes_ + limits.memory_bytes);
        const auto address = server_address_bytes_ + 2 * limits.memory_bytes;
        limit(RLIMIT_AS, address, address);
    }
    const sock_fprog program{static_cast<unsigned short>(program_.size()), const_cast<sock_filter*>(program_.data())};
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program) != 0) {
        give_up();
    }
}

} // namespace vtlt::extract
