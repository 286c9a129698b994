"""The words pages use for the codes of the core. Owns Chinese names only; must not know Flask or the database."""

from collections.abc import Mapping

from retention.compliance.findings import SEVERITY_NAMES

SEVERITIES: Mapping[str, str] = SEVERITY_NAMES
OUTCOMES: Mapping[str, str] = {
    "failed": "不符合", "due": "待办", "unknown": "缺少数据", "passed": "符合", "not_applicable": "不适用"}
STATUSES: Mapping[str, str] = {
    "open": "未处理", "acknowledged": "已知悉", "waiver_pending": "豁免待批", "waived": "已豁免", "cleared": "已消除",
    "none": "未预警"}
CHANGES: Mapping[str, str] = {
    "opened": "开启预警", "changed": "情况有变", "cleared": "预警消除", "acknowledged": "确认知悉", "waived": "豁免获批",
    "escalated": "升级",
    "lapsed": "豁免到期"}
TARGETS: Mapping[str, str] = {
    "PM": "项目经办", "HEAD": "单位负责人", "AUD": "审计员", "ARCH": "档案员", "FIN": "财务", "SEC": "安全保密员",
    "PROC": "采购"}
MODES: Mapping[str, str] = {"self_build": "自行建设", "service_purchase": "购买服务"}
KINDS: Mapping[str, str] = {"new": "新建", "extend": "扩建", "upgrade": "升级改造", "om": "运维"}
CONTRACTS: Mapping[str, str] = {
    "build": "建设", "supervision": "监理", "service": "采购服务", "om": "运维", "test": "测评", "audit": "审计",
    "other": "其他"}
MATERIALS: Mapping[str, str] = {
    "present": "已归档", "missing": "缺失", "waived": "已豁免", "not_applicable": "不适用"}
LEVELS: Mapping[str, str] = {"mandatory": "必备", "expected": "应有", "optional": "可选", "conditional": "视情况"}
SOURCES: Mapping[str, str] = {
    "recognised": "自动识别", "given": "上传时指定", "confirmed": "人工确认", "unrecognised": "待确认"}
JOB_OUTCOMES: Mapping[str, str] = {"running": "运行中", "done": "完成", "attention": "完成，需关注", "failed": "失败"}
MAIL_STATES: Mapping[str, str] = {
    "writing": "写信中", "queued": "待发", "sending": "发送中", "sent": "已发", "rejected": "被拒收", "uncertain": "是否送达不明",
    "bounced": "退回，未送达"}
INDEX_STATES: Mapping[str, str] = {"ready": "正常", "needs_rebuild": "需要重建", "rebuilding": "重建中", "down": "连接不上"}
SORTS: Mapping[str, str] = {
    "relevance": "按相关度", "date_desc": "按日期，新的在前", "date_asc": "按日期，旧的在前", "title": "按题名"}
ACTIONS: Mapping[str, str] = {
    "document.filed": "归档", "document.version-added": "添加新版本", "document.catalogued": "登记目录条目",
    "document.confirmed": "确认或更正著录", "document.text-read": "读取文字", "document.text-skipped": "跳过旧版本的文字",
    "document.fields-read": "提取字段", "document.fields-skipped": "跳过已移除文件的字段",
    "document.field-confirmed": "确认或更正字段", "contradiction.dismissed": "注明矛盾不成立",
    "recognition.put-aside": "停用一组识别依据",
    "document.remarked": "记录文件检查结果",
    "document.pages-recognised": "光学识别若干页",
    "document.unpacked": "解包", "document.member-duplicate": "包内文件与已有的相同", "document.member-refused": "包内文件被拒收",
    "document.member-unreadable": "包内文件无法读取", "document.member-encrypted": "包内文件设有口令",
    "document.member-skipped": "包内文件未收录",
    "document.refused": "拒收文件", "project.created": "登记项目", "project.updated": "更新项目",
    "dossier.assigned": "指派案卷", "dossier.material-waived": "豁免材料", "contract.created": "登记合同",
    "contract.updated": "更新合同", "register.added": "登记", "register.changed": "修改登记", "register.withdrawn": "撤销登记",
    "ledger.imported": "导入台账", "person.added": "开设账号",
    "person.disabled": "停用账号", "person.password-set": "设置口令", "person.token-issued": "签发令牌",
    "person.signed-in": "登录", "person.sign-in-failed": "登录失败", "unit.added": "登记单位", "job.ran": "运行任务",
    "receipt.opened": "开立移交清单", "receipt.added": "登入移交清单",
    "receipt.edited": "填写移交清单", "receipt.closed": "关闭移交清单", "receipt.dropped": "撤销空的移交清单",
    "alert.escalated": "事项升级", "notices.substitute-named": "指定代收人", "notices.substitute-dropped": "撤销代收人",
    "inbox.read": "阅读提醒", "inbox.filled": "写入提醒", "mail.bounced": "邮件被退回",
    "mail.written": "写好邮件", "mail.mentions": "记下邮件提到的事项", "mail.discarded": "作废没有写完的邮件",
    "mail.queued": "邮件改期再发", "mail.sending": "开始发送邮件", "mail.sent": "发出邮件",
    "mail.rejected": "邮件被拒收", "mail.uncertain": "邮件是否发出不明",
    "backup.made": "备份", "backup.restored": "从备份恢复", "notices.resumed": "恢复后重新开始通知",
    "derivation.begun": "开始重新生成派生内容", "derivation.resumed": "继续重新生成派生内容",
    "derivation.ended": "重新生成派生内容结束",
    "import.begun": "开始批量导入", "import.resumed": "继续批量导入", "import.advanced": "批量导入若干行",
    "import.ended": "批量导入结束",
    "storage.move-started": "开始迁移文件存储", "storage.switched": "文件存储切换到新处",
    "storage.move-ended": "迁移结束，原存储不再读取",
    "storage.move-cancelled": "取消迁移文件存储", "storage.move-retired": "迁移完毕，设置已改用新存储",
    "documents.described": "识别并著录文件",
    "mailbox.filed": "收下邮箱来件", "mailbox.duplicates": "邮箱来件与已有的相同", "mailbox.refused": "拒收邮箱来件",
    "mailbox.unclear": "邮箱来件待人工处理", "mailbox.seen-again": "再次收取邮箱来件",
    "notices.declined": "退订可选的提醒", "news.told": "发出通知", "news.known": "通知（已发过）",
    "workdays.imported": "导入工作日安排", "workdays.edited": "修改工作日", "compliance.caught-up": "补核停机期间",
    "alert.acknowledged": "确认知悉预警", "alert.waiver-asked": "申请豁免", "alert.waived": "批准豁免",
    "alert.opened": "开启预警", "alert.changed": "预警变更", "alert.cleared": "预警消除", "alert.lapsed": "豁免到期",
    "rules.proposed": "提出规则参数修改", "rules.approved": "批准规则参数修改", "rules.refused": "退回规则参数修改",
    "rules.withdrawn": "撤回规则参数修改", "rules.settings-used": "启用一组规则参数", "rules.backtest-asked": "要求回测",
    "rules.backtest-joined": "要求回测（已在进行）", "rules.backtest-ended": "回测结束",
    "compliance.evaluated": "核对规则", "compliance.swept": "逐个核对全部项目",
    "document.withdrawn": "因密级标志移除", "document.withdrawal-skipped": "移除（已不在）",
    "document.bytes-deleted": "删除文件内容", "document.bytes-locked": "文件内容受锁定，暂未删除",
    "document.erasure-checked": "核对文件内容的删除", "document.uploader-told": "告知归档人",
    "documents.examined": "检查密级标志与个人信息",
    "secrecy.cleared": "认定不是密级标志", "secrecy.clearance-asked": "申请复核密级标志",
    "secrecy.clearance-declined": "认定确为密级标志",
    "document.alike": "发现相似文件", "document.not-alike": "认定不是同一文件", "document.joined": "归为新版本",
    "document.separated": "撤销归并", "documents.compared": "比对相似文件",
    "document.unmasked": "查看个人信息", "document.downloaded": "下载原件"}
MEMBER_OUTCOMES: Mapping[str, str] = {
    "filed": "已归档", "version": "已归为新版本", "duplicate": "案卷已有", "refused": "拒收", "unreadable": "无法读取",
    "encrypted": "设有口令", "skipped": "未收录"}
MEDIA: Mapping[str, str] = {
    "application/pdf": "PDF", "text/plain": "纯文本", "application/msword": "Word 97–2003", "text/csv": "CSV 表格",
    "application/vnd.ms-excel": "Excel 97–2003", "application/vnd.ms-powerpoint": "PowerPoint 97–2003",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word（DOCX）",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel（XLSX）",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint（PPTX）",
    "application/ofd": "OFD", "image/jpeg": "JPEG 图像", "image/png": "PNG 图像", "image/tiff": "TIFF 图像",
    "application/zip": "ZIP 压缩包", "text/html": "网页", "message/rfc822": "邮件", "multipart/related": "网页（MHTML）",
    "application/vnd.ms-outlook": "邮件（Outlook）", "application/rtf": "RTF",
    "text/markdown": "Markdown 文本", "image/bmp": "BMP 图像",
    "image/webp": "WebP 图像", "image/gif": "GIF 图像", "application/vnd.oasis.opendocument.text": "OpenDocument 文本",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument 表格",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument 演示文稿", "audio/wav": "WAV 录音", "audio/mpeg": "MP3 录音",
    "video/mp4": "MP4 录像", "application/octet-stream": "未知格式",
    "application/json": "JSON", "application/xml": "XML", "application/xhtml+xml": "网页（XHTML）"}
# What a file says of itself; names that are not here are not shown.
PROPERTIES: Mapping[str, str] = {
    "title": "自带题名", "subject": "主题", "author": "作者", "company": "单位", "keywords": "关键词", "comments": "备注",
    "creator": "制作软件", "producer": "生成软件", "created": "创建时间", "modified": "修改时间", "modified_by": "修改人",
    "printed": "打印时间", "stated_pages": "文件自述页数", "pdf_version": "PDF 版本", "pdfa": "声称符合", "encryption": "加密",
    "layers": "图层数", "attachments": "附件", "recipients": "收件人", "width": "宽（像素）", "height": "高（像素）",
    "dpi": "分辨率（dpi）", "device": "设备", "duration": "时长", "bitrate": "码率", "samplerate": "采样率", "channels": "声道数",
    "invoice_type": "发票种类", "invoice_code": "发票代码", "invoice_number": "发票号码", "invoice_date": "开票日期",
    "invoice_amount": "价税合计", "invoice_tax": "税额", "invoice_buyer": "购买方", "invoice_buyer_id": "购买方税号",
    "invoice_seller": "销售方", "invoice_seller_id": "销售方税号"}
PERSONAL: Mapping[str, str] = {"identity": "身份证号", "mobile": "手机号", "bank_card": "银行卡号", "passport": "护照号"}
PROJECT_FIELDS: Mapping[str, str] = {
    "code": "项目编号", "name": "项目名称", "unit": "项目单位", "mode": "建设方式", "kind": "项目类别",
    "predecessor": "前序项目编号", "classified": "是否涉密", "cross_department": "是否跨部门", "mlps_level": "等保级别",
    "funding_source": "资金来源", "total_investment_fen": "总投资（万元）", "registered_on": "登记备案日期",
    "approved_on": "批复日期", "approval_no": "批复文号", "contract_signed_on": "合同签订日期",
    "construction_start": "开工日期", "planned_completion": "计划完工日期", "actual_completion": "建设完成日期",
    "trial_start": "试运行开始日期", "trial_end_actual": "试运行结束日期", "trial_abnormal_days": "试运行异常天数",
    "planned_acceptance": "计划验收日期", "extension_until": "延期批准至", "acceptance_date": "验收日期",
    "acceptance_result": "验收结论", "operation_start": "投入运行日期", "warranty_end": "质保期至", "contact": "联系人",
    "contact_email": "联系邮箱", "supervisor": "主管", "supervisor_email": "主管邮箱"}
