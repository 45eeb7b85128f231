# The virtual receipt printer and the workbench window.
add_library(sim_printer STATIC vprinter.c vprinter_escpos.c vprinter_font.c vprinter_line.c
  vprinter_paper.c vprinter_png.c vprinter_run.c vprinter_status.c vprinter_words.c)
target_link_libraries(sim_printer PUBLIC base sim_control PRIVATE PkgConfig::PNG)

add_executable(certkiosk-vprinter vprinter_link.c vprinter_main.c)
target_link_libraries(certkiosk-vprinter PRIVATE sim_printer)

add_library(sim_workbench STATIC workbench.c workbench_pay.c workbench_words.c)
target_link_libraries(sim_workbench PUBLIC base sim_control Threads::Threads
  PRIVATE PkgConfig::CURL)

add_executable(certkiosk-workbench workbench_draw.c workbench_main.c workbench_slip.c)
target_link_libraries(certkiosk-workbench PRIVATE sim_workbench PkgConfig::SDL PkgConfig::TTF
  PkgConfig::PNG PkgConfig::CURL)

house_test(unit/test_vprinter sim_printer)
house_test(unit/test_vprinter_escpos sim_printer)
house_test(unit/test_workbench sim_workbench)

if(TARGET hw_printer)
  house_fuzz(fuzz_escpos sim_printer hw_printer)
  house_test(contract/test_printer hw_printer sim_control PkgConfig::PNG)
endif()
if(TARGET contract_test_printer)
  add_dependencies(contract_test_printer certkiosk-vprinter)
  set_tests_properties(contract/test_printer PROPERTIES
    ENVIRONMENT "CERTKIOSK_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endif()
if(BUILD_TESTING)
  add_test(NAME e2e/test_printer COMMAND tests/e2e/test_printer.sh
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(e2e/test_printer PROPERTIES SKIP_RETURN_CODE 77
    ENVIRONMENT "CERTKIOSK_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endif()
