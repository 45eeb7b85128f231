/* samples_names.h - samples with the longest names: of the platform, and of the holder. */
#ifndef TESTS_GOLDEN_SAMPLES_NAMES_H
#define TESTS_GOLDEN_SAMPLES_NAMES_H

#include "kiosk/core/flow.h"

#define SAMPLES_LONG_HOLDER \
    "江城市宏远机电设备安装工程与技术服务有限责任公司经济技术开发区第二分公司"

void sample_certificate_jingdezhen(struct flow *flow);
void sample_offer_jingdezhen(struct flow *flow);
void sample_offer_no_paper_jingdezhen(struct flow *flow);
void sample_ordering_jingdezhen(struct flow *flow);
void sample_pay_jingdezhen(struct flow *flow);
void sample_done_jingdezhen(struct flow *flow);

void sample_offer_long_name(struct flow *flow);
void sample_offer_no_paper_long_name(struct flow *flow);
void sample_pay_long_name(struct flow *flow);
void sample_done_long_name(struct flow *flow);

#endif
