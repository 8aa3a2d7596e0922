# SPDX-License-Identifier: GPL-3.0-or-later
# vtlt_embed(TARGET NAMESPACE FILE…): compiles files into the target. The generated header declares
# `std::span<const vtlt::EmbeddedFile> NAMESPACE::files()`, sorted by name.
function(vtlt_embed target namespace)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${namespace}.cpp)
    set(absolute "")
    foreach(file IN LISTS ARGN)
        get_filename_component(path ${file} ABSOLUTE)
        list(APPEND absolute ${path})
    endforeach()
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} "-DFILES=${absolute}"
                -P ${CMAKE_SOURCE_DIR}/cmake/embed_files_script.cmake
        DEPENDS ${absolute} ${CMAKE_SOURCE_DIR}/cmake/embed_files_script.cmake VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()
