// SPDX-License-Identifier: GPL-3.0-or-later
#include "child.h"

#include "charset.h"
#include "format.h"
#include "handlers.h"
#include "output.h"
#include "sandbox.h"
#include "source.h"
#include "unpack.h"
#include "xml_reader.h"
#ifdef VTLT_PLANTED
#include "planted.h"
#endif

#include <array>
#include <clocale>
#include <ctime>
#include <exception>
#include <new>
#include <unistd.h>

namespace vtlt::extract {

namespace {

struct ReaderRow
{
    Handling handling;
    void (*read)(const Document&);
};

constexpr std::array kReaders{
    ReaderRow{Handling::pdf, read_pdf},   ReaderRow{Handling::docx, read_docx},   ReaderRow{Handling::xlsx, read_xlsx},
    ReaderRow{Handling::html, read_html}, ReaderRow{Handling::plain, read_plain},
};

struct VerdictRow
{
    Handling handling;
    Cause cause;
};

/// Formats of which the head alone says why there is no text.
constexpr std::array kVerdicts{
    VerdictRow{Handling::later, Cause::not_yet_supported}, VerdictRow{Handling::empty, Cause::empty},
    VerdictRow{Handling::encrypted, Cause::encrypted},     VerdictRow{Handling::damaged, Cause::damaged},
    VerdictRow{Handling::unknown, Cause::unknown_format},
};

void read_text(const Source& source, const sandbox::wire::Request& request, Output& output)
{
#ifdef VTLT_PLANTED
    run_planted(source, output);
#endif
    const auto identity = identify(source);
    output.format(identity.row->word, identity.media_type);
    const Document document{.source = source,
                            .output = output,
                            .memory_bytes = request.memory_bytes,
                            .text_bytes = request.text_bytes,
                            .identity = identity};
    if (identity.row->handling == Handling::image) {
        return output.record(sandbox::wire::Record::image, {});
    }
    for (const auto& row : kReaders) {
        if (row.handling == identity.row->handling) {
            return row.read(document);
        }
    }
    for (const auto& row : kVerdicts) {
        if (row.handling == identity.row->handling) {
            throw Verdict{row.cause};
        }
    }
}

} // namespace

void prepare_handlers()
{
    std::setlocale(LC_ALL, "C.UTF-8");
    ::tzset();
    prepare_charsets();
    prepare_identification();
    prepare_xml();
    prepare_pdf();
}

void run_child(const sandbox::wire::Request& request)
{
    Output output{kResultFd, request.text_bytes};
    try {
        const Source source{kDocumentFd};
        if (request.task == sandbox::wire::Task::text) {
            read_text(source, request, output);
        } else {
            unpack(source, output);
        }
    } catch (const Verdict& verdict) {
        output.finish_page();
        output.cause(verdict.cause);
    } catch (const std::bad_alloc&) {
        output.finish_page();
        output.cause(Cause::memory_limit);
    }
    // Any other exception is a fault of ours: the child dies of it and our side says "crashed".
    output.end();
    ::_exit(0);
}

} // namespace vtlt::extract
