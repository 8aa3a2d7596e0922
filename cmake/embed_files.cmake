# SPDX-License-Identifier: GPL-3.0-or-later
# vtlt_embed(TARGET NAMESPACE [BASE FOLDER] FILE…): compiles files into the target. The generated source defines
# `std::span<const vtlt::EmbeddedFile> NAMESPACE::files()`, sorted by name: the path below FOLDER, else the bare name.
function(vtlt_embed target namespace)
    cmake_parse_arguments(PARSE_ARGV 2 embed "" BASE "")
    set(base "")
    if(embed_BASE)
        get_filename_component(base ${embed_BASE} ABSOLUTE)
    endif()
    set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${namespace}.cpp)
    set(absolute "")
    foreach(file IN LISTS embed_UNPARSED_ARGUMENTS)
        get_filename_component(path ${file} ABSOLUTE)
        list(APPEND absolute ${path})
    endforeach()
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} "-DBASE=${base}" "-DFILES=${absolute}"
                -P ${CMAKE_SOURCE_DIR}/cmake/embed_files_script.cmake
        DEPENDS ${absolute} ${CMAKE_SOURCE_DIR}/cmake/embed_files_script.cmake VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()
