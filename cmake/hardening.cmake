# What makes a memory error in the installed program hard to exploit: Debian's own flags and those for control flow.
# Only for builds that are installed: the sanitizers find more in the others, and _FORTIFY_SOURCE needs optimisation.
if(NOT CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$" OR USAGED_SANITIZE)
    return()
endif()

include(CheckPIESupported)
check_pie_supported(OUTPUT_VARIABLE pie_problem LANGUAGES CXX)
if(NOT CMAKE_CXX_LINK_PIE_SUPPORTED)
    message(WARNING "The program will not be position independent: ${pie_problem}")
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(branch_protection "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(branch_protection -fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(branch_protection -mbranch-protection=standard)
endif()

target_compile_options(usaged_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection ${branch_protection}
    # A compiler that has a level of its own would warn of another one.
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
    # Functions and data that nothing uses are left out by the linker.
    -ffunction-sections -fdata-sections)
target_compile_definitions(usaged_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(usaged_options INTERFACE LINKER:-z,relro,-z,now,-z,noexecstack,-O1,--as-needed,--gc-sections)
