# SPDX-License-Identifier: GPL-3.0-or-later
if(VTLT_SANITIZE)
    add_compile_options(-fsanitize=${VTLT_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${VTLT_SANITIZE})
    add_compile_definitions(VTLT_SANITIZED=1)
endif()
if(VTLT_FUZZ)
    # The fuzzer is led by the branches of the libraries; of the target alone it would be blind.
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
endif()
