# How targets of this project are compiled and linked.
include_guard(GLOBAL)

find_package(Threads REQUIRED)

# Warnings, sanitizers and the common flags of every target that the project builds.
function(tamis_settings target)
  # g++ notes at every use that a struct with a complex<float> is passed otherwise than before version 4.4.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-psabi>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${TAMIS_WARNINGS_AS_ERRORS}>:-Werror>)
  # Clang warns of loops that it leaves as they are where it is told not to optimize: no mistake of theirs.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>)
  # A stored NaN or infinity must behave as IEEE says, and results must not depend on contraction by the compiler.
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  if(NOT TAMIS_WITH_OPENMP)
    # The pragmas are meant to be ignored then.
    target_compile_options(${target} PRIVATE -Wno-unknown-pragmas)
  endif()
  if(TAMIS_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TAMIS_SANITIZE} -fno-omit-frame-pointer)
    # g++ 12 sees uninitialized members in the standard library's own std::function once the sanitizers' checks are in between.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    if(TAMIS_SANITIZE MATCHES "undefined")
      target_compile_options(${target} PRIVATE -fno-sanitize-recover=undefined)
      if(TAMIS_SANITIZE MATCHES "address")
        # AddressSanitizer stops at these as well: they take a tenth of the compiler's time and of the program's.
        target_compile_options(${target} PRIVATE -fno-sanitize=null,object-size)
      endif()
      # Eigen 3.4 loads a complex<float> as a double. The library itself has no Eigen code, and keeps the check.
      if(NOT target STREQUAL "tamis")
        target_compile_options(${target} PRIVATE -fno-sanitize=alignment)
      endif()
    endif()
    target_link_options(${target} PUBLIC -fsanitize=${TAMIS_SANITIZE})
  endif()
endfunction()

# Links libraries that users of tamis do not see: their headers are SYSTEM (they are imported targets), and only who links a
# static tamis needs the libraries again, which tamisConfig.cmake finds then.
function(tamis_link_private target)
  target_link_libraries(${target} PRIVATE ${ARGN})
endfunction()

# The same for libraries that are headers only: nobody needs them again.
function(tamis_include_private target)
  foreach(library IN LISTS ARGN)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
endfunction()

# Precompiled headers for builds of everything (scripts/test.sh): half of the compiler's time went into reading the same headers.
# Off by default, so that a header that a file forgets to include is found.
option(TAMIS_PRECOMPILE "Precompile the headers that most files include" OFF)

# Precompiles headers for a target; further targets with the same options reuse them: tamis_precompile(name FROM target).
function(tamis_precompile target)
  if(NOT TAMIS_PRECOMPILE)
    return()
  endif()
  cmake_parse_arguments(arg "" "FROM" "" ${ARGN})
  if(arg_FROM)
    target_precompile_headers(${target} REUSE_FROM ${arg_FROM})
  else()
    target_precompile_headers(${target} PRIVATE ${arg_UNPARSED_ARGUMENTS})
  endif()
  # What ccache needs to know such files again, with CCACHE_SLOPPINESS=pch_defines,time_macros.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# Compiles the sources of a target some at a time, for builds of everything as well: templates that several of them use are
# instantiated once. What differs from file to file in anonymous namespaces needs names that differ, too. Off by default, as a
# changed source takes its neighbours along.
option(TAMIS_UNITE "Compile several sources of the library and of the program at once" OFF)

function(tamis_unite target sources_at_once)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${TAMIS_UNITE} UNITY_BUILD_BATCH_SIZE ${sources_at_once})
  if(TAMIS_UNITE)
    # g++ takes what is included for headers, whose types must not be made of types of anonymous namespaces; and it takes a
    # tenth longer where it looks for garbage below a gigabyte.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
      $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1048576>)
  endif()
endfunction()
