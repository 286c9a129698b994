"""The bodies of 第5条 and 第22条 that give opinions, approve, order and receive reports."""

BODIES = {
    "leading_group": "领导小组", "leading_group_office": "领导小组办公室", "ndrc": "省发展改革委", "finance": "财政厅",
    "bigdata": "省大数据中心", "cac": "省委网信办", "secrecy": "省国家保密局", "crypto": "省密码管理局",
    "miit": "经济和信息化厅", "police": "公安厅", "audit": "审计厅", "government": "省政府", "unit": "项目单位",
    "department": "主管部门", "other": "其他"}
