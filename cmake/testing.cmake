# SPDX-License-Identifier: GPL-3.0-or-later
# ./dev test runs unit tests from the sanitized build (VTLT_UNIT_TESTS is off in its release build) and system tests from the release one, in one ctest.
#
# vtlt_test_room(ROOM LIBRARY…): tests/ROOM/*.cpp become the program test_ROOM and one ctest entry. Real material lies in
# ../shared/data beside the project; cases that need it say so and are skipped where it is absent.
function(vtlt_test_room room)
    set_property(GLOBAL APPEND PROPERTY vtlt_tests unit.${room}) # also where the other build has it
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/*.cpp)
    if(NOT sources OR NOT (VTLT_SANITIZE OR VTLT_UNIT_TESTS))
        return()
    endif()
    add_executable(test_${room} ${sources})
    target_link_libraries(test_${room} PRIVATE vtlt_test_support ${ARGN})
    add_test(NAME unit.${room} COMMAND test_${room} --order rand --rng-seed time)
    set_tests_properties(unit.${room} PROPERTIES LABELS unit TIMEOUT 900 ENVIRONMENT
        "VTLT_EXTRACT=${CMAKE_BINARY_DIR}/bin/vtlt-extract;VTLT_SHARED_DATA=${CMAKE_SOURCE_DIR}/../shared/data;VTLT_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()

# vtlt_system_test(NAME SCRIPT ARGUMENT…): a Python program (standard library only) that drives the built `vtlt` as its users do.
function(vtlt_system_test name script)
    set_property(GLOBAL APPEND PROPERTY vtlt_tests ${name})
    add_test(NAME ${name} COMMAND python3 ${script} ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS system TIMEOUT 5400 ENVIRONMENT
        "VTLT_BUILD=${CMAKE_BINARY_DIR};VTLT_SHARED_DATA=${CMAKE_SOURCE_DIR}/../shared/data;VTLT_SOURCE=${CMAKE_SOURCE_DIR};PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
endfunction()
