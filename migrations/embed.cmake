# cmake -DOUTPUT=FILE.cpp -DFUNCTION=NAME -P embed.cmake -- FILE.sql…
# Writes the migrations as the function usaged::NAME, byte for byte. The files come by name: with a glob in here a
# removed one would go unnoticed.
cmake_minimum_required(VERSION 3.25)

set(table "")
set(number 0)
set(is_file OFF)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(position RANGE ${last})
    set(file "${CMAKE_ARGV${position}}")
    if(NOT is_file)
        if(file STREQUAL "--")
            set(is_file ON)
        endif()
        continue()
    endif()

    math(EXPR number "${number} + 1")
    get_filename_component(file_name "${file}" NAME)
    if(NOT file_name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z]+(_[a-z0-9]+)+\\.sql$")
        message(FATAL_ERROR "${file}: migrations are named NNNN_verb_noun.sql")
    endif()
    if(NOT CMAKE_MATCH_1 EQUAL number)
        message(FATAL_ERROR "${file}: number ${number} was expected; migrations are numbered from 0001 without gaps")
    endif()
    get_filename_component(name "${file}" NAME_WE)

    # string(APPEND) and quotes keep semicolons and brackets, which lists would not.
    file(READ "${file}" sql)
    string(FIND "${sql}" ")sql\"" terminator)
    if(NOT terminator EQUAL -1)
        message(FATAL_ERROR "${file}: holds )sql\", which ends the literal that it is written into")
    endif()
    string(APPEND table "    {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "#include \"migrations/migrations.h\"

namespace usaged {

static constexpr Migration all_migrations[] = {
${table}};

std::span<Migration const> ${FUNCTION}()
{
    return all_migrations;
}

} // namespace usaged
")
