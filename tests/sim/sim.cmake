# certkiosk-sim; included by the room whose code it runs.
set(SIM ${PROJECT_SOURCE_DIR}/tests/sim)
add_executable(certkiosk-sim
  ${SIM}/sim_kiosk.c ${SIM}/sim_main.c ${SIM}/sim_platform.c ${SIM}/sim_promises.c
  ${SIM}/sim_run.c ${SIM}/sim_visitor.c)
target_link_libraries(certkiosk-sim PRIVATE core)
set(SEEDS 2000)
if(KIOSK_SANITIZE)
  set(SEEDS 200) # some ten times slower
endif()
add_test(NAME sim/seeds COMMAND certkiosk-sim --seeds ${SEEDS})
add_test(NAME sim/selftest COMMAND certkiosk-sim --selftest)
