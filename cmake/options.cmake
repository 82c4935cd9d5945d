# Flags that every target of usaged is compiled with, as the interface target usaged::options.
add_library(usaged_options INTERFACE)
add_library(usaged::options ALIAS usaged_options)
target_compile_features(usaged_options INTERFACE cxx_std_20)
target_include_directories(usaged_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(usaged_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    $<$<BOOL:${USAGED_WERROR}>:-Werror>
    # False on coroutine frames at -O2, and on `"literal" + std::string` at -O3 (GCC PR 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

if(USAGED_SANITIZE)
    target_compile_options(usaged_options INTERFACE -fsanitize=${USAGED_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(usaged_options INTERFACE -fsanitize=${USAGED_SANITIZE})
    if(USAGED_SANITIZE MATCHES "thread")
        # Asio uses fences, which the thread sanitizer of g++ does not know.
        target_compile_options(usaged_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# usaged_add_library(NAME SOURCES … PUBLIC … PRIVATE …): the static library usaged::NAME.
function(usaged_add_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    add_library(usaged_${name} STATIC ${arg_SOURCES})
    add_library(usaged::${name} ALIAS usaged_${name})
    target_link_libraries(usaged_${name} PUBLIC usaged::options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()
