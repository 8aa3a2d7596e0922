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

#include <clocale>
#include <ctime>
#include <exception>
#include <new>
#include <unistd.h>

namespace vtlt::extract {

namespace {

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
    switch (identity.row->handling) {
    case Handling::pdf:
        return read_pdf(document);
    case Handling::docx:
        return read_docx(document);
    case Handling::xlsx:
        return read_xlsx(document);
    case Handling::html:
        return read_html(document);
    case Handling::plain:
        return read_plain(document);
    case Handling::image:
        return output.record(sandbox::wire::Record::image, {});
    case Handling::later:
        throw Verdict{Cause::not_yet_supported};
    case Handling::empty:
        throw Verdict{Cause::empty};
    case Handling::encrypted:
        throw Verdict{Cause::encrypted};
    case Handling::damaged:
        throw Verdict{Cause::damaged};
    case Handling::unknown:
        throw Verdict{Cause::unknown_format};
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
